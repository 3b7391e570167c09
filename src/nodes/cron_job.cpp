// SPDX-License-Identifier: Apache-2.0
#include "nodes/cron_job.h"

#include <algorithm>

#include "kube/object.h"
#include "nodes/cron.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

bool finished(const Value& job) {
  return conditionTrue(job, "Complete") || conditionTrue(job, "Failed");
}

class Pass {
 public:
  Pass(Context& context, const Value& cron, std::string_view component)
      : context_(context), cron_(cron), next_(cron), component_(component), spec_(cron.get("spec")) {}

  Result<std::optional<Nanos>> run() {
    std::optional<Nanos> wait;
    if (kube::beingDeleted(cron_)) return wait;
    jobs_ = context_.owned(kJobs, kube::uid(cron_));
    TRY_VOID(trim());
    if (!spec_.get("suspend").asBool()) {
      TRY(wait, schedule());
    }
    TRY_VOID(writeStatus());
    return wait;
  }

 private:
  Result<std::optional<Nanos>> schedule() {
    std::optional<Nanos> none;
    const auto& zone = spec_.get("timeZone").asString();
    if (!zone.empty() && zone != "UTC" && zone != "Etc/UTC") {
      context_.event(cron_, "Warning", "UnknownTimeZone",
                     "schedules are read in UTC only; timeZone " + zone + " is not known here", component_);
      return none;
    }
    auto parsed = Cron::parse(spec_.get("schedule").asString());
    if (!parsed) {
      context_.event(cron_, "Warning", "UnparseableSchedule",
                     "unparseable schedule: " + parsed.error().message(), component_);
      return none;
    }
    Nanos now = context_.clock.now();
    auto from = timeOf(cron_.get("status", "lastScheduleTime"));
    if (!from) from = timeOf(cron_.get("metadata", "creationTimestamp"));
    Nanos earliest = from.value_or(now);
    if (const Value& deadline = spec_.get("startingDeadlineSeconds"); deadline.isInt()) {
      earliest = std::max(earliest, now - std::chrono::seconds(deadline.asInt()));
    }
    std::optional<Nanos> due;  // the last one missed
    std::optional<Nanos> after = parsed->next(earliest);
    for (int missed = 0; after && *after <= now && missed < 100; ++missed) {
      due = after;
      after = parsed->next(*after);
    }
    if (after && *after <= now) after = parsed->next(now);  // more than a hundred: only the future counts
    std::optional<Nanos> wait;
    if (after) wait = *after - now;
    if (due) TRY_VOID(start(*due));
    return wait;
  }

  Status start(Nanos time) {
    std::vector<Value> running = jobs_;
    std::erase_if(running, finished);
    const auto& policy = spec_.get("concurrencyPolicy").asString();
    if (policy == "Forbid" && !running.empty()) {
      context_.event(cron_, "Normal", "JobAlreadyActive",
                     "Not starting job because prior execution is running and concurrency policy is Forbid",
                     component_);
      return {};
    }
    if (policy == "Replace") {
      for (const auto& job : running) {
        TRY_VOID(context_.remove(kJobs, job));
        context_.event(cron_, "Normal", "SuccessfulDelete", "Deleted job " + kube::name(job), component_);
        std::erase_if(jobs_, [&](const Value& other) { return kube::uid(other) == kube::uid(job); });
      }
    }
    const Value& tmpl = spec_.get("jobTemplate");
    Value metadata = tmpl.get("metadata").isObject() ? tmpl.get("metadata") : Value::object();
    auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
    metadata.set("name", kube::name(cron_) + "-" + std::to_string(minutes));
    metadata.set("namespace", kube::namespaceOf(cron_));
    metadata.erase("creationTimestamp");
    metadata["annotations"].set("batch.kubernetes.io/cronjob-scheduled-timestamp", formatRfc3339(time));
    metadata.set("ownerReferences", Value::array({kube::ownerReferenceTo(cron_)}));
    auto made = context_.create(kJobs, Value::object({{"apiVersion", "batch/v1"},
                                                      {"kind", "Job"},
                                                      {"metadata", metadata},
                                                      {"spec", tmpl.get("spec")}}));
    if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
    if (made) {
      context_.event(cron_, "Normal", "SuccessfulCreate", "Created job " + kube::name(*made), component_);
      jobs_.push_back(*made);
    }
    next_["status"].set("lastScheduleTime", formatRfc3339(time));
    return {};
  }

  /// Old Jobs go beyond the history limits.
  Status trim() {
    std::sort(jobs_.begin(), jobs_.end(), [](const Value& a, const Value& b) {
      return a.get("metadata", "creationTimestamp").asString() <
             b.get("metadata", "creationTimestamp").asString();
    });
    TRY_VOID(trimKind("Complete", "successfulJobsHistoryLimit"));
    return trimKind("Failed", "failedJobsHistoryLimit");
  }

  Status trimKind(const char* type, const char* limit) {
    if (!spec_.get(limit).isInt()) return {};
    std::vector<Value> done = jobs_;
    std::erase_if(done, [&](const Value& job) { return !conditionTrue(job, type); });
    auto over = static_cast<std::int64_t>(done.size()) - spec_.get(limit).asInt();
    for (std::int64_t i = 0; i < over; ++i)
      TRY_VOID(context_.remove(kJobs, done[static_cast<std::size_t>(i)]));
    return {};
  }

  Status writeStatus() {
    Value& status = next_["status"];
    if (status.isNull()) status = Value::object();
    Value active = Value::array();
    for (const auto& job : jobs_) {
      if (!finished(job) && !kube::beingDeleted(job)) {
        active.push(Value::object({{"kind", "Job"},
                                   {"namespace", kube::namespaceOf(job)},
                                   {"name", kube::name(job)},
                                   {"uid", kube::uid(job)},
                                   {"apiVersion", "batch/v1"},
                                   {"resourceVersion", kube::resourceVersion(job)}}));
      }
      const Value& ended = job.get("status", "completionTime");
      if (conditionTrue(job, "Complete") && ended.asString() > status.get("lastSuccessfulTime").asString())
        status.set("lastSuccessfulTime", ended);
    }
    bool same = active.size() == status.get("active").size();
    for (std::size_t i = 0; same && i < active.size(); ++i)
      same = active.at(i).get("uid") == status.get("active").at(i).get("uid");
    if (!same && active.empty())
      status.erase("active");
    else if (!same)
      status.set("active", active);
    if (status == cron_.get("status") || (status.empty() && cron_.get("status").empty())) return {};
    TRY_VOID(context_.updateStatus(kCronJobs, next_));
    return {};
  }

  Context& context_;
  const Value& cron_;
  Value next_;
  std::string_view component_;
  const Value& spec_;
  std::vector<Value> jobs_;
};

}  // namespace

void CronJobController::attach(Context& context) {
  context.watch(kCronJobs, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(kJobs, [&context, this](const kube::Change& change) {
    context.enqueueOwners(name(), "CronJob", change);
  });
}

Result<std::optional<Nanos>> CronJobController::reconcile(Context& context, const ObjectName& key) {
  auto cron = context.mirror(kCronJobs).get(key);
  if (!cron) return std::optional<Nanos>();
  return Pass(context, *cron, name()).run();
}

}  // namespace puppis::nodes
