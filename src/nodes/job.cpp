// SPDX-License-Identifier: Apache-2.0
#include "nodes/job.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/strings.h"
#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

constexpr const char* kIndex = "batch.kubernetes.io/job-completion-index";

bool finished(const Value& job) {
  return conditionTrue(job, "Complete") || conditionTrue(job, "Failed");
}

/// "0-2,5" for {0, 1, 2, 5}.
std::string intervals(const std::set<std::int64_t>& numbers) {
  std::string out;
  for (auto it = numbers.begin(); it != numbers.end();) {
    std::int64_t first = *it;
    std::int64_t last = first;
    for (++it; it != numbers.end() && *it == last + 1; ++it) last = *it;
    if (!out.empty()) out += ',';
    out += std::to_string(first);
    if (last > first) out += (last == first + 1 ? "," : "-") + std::to_string(last);
  }
  return out;
}

std::set<std::int64_t> parseIntervals(const std::string& text) {
  std::set<std::int64_t> out;
  for (const auto& part : split(text, ',')) {
    if (part.empty()) continue;
    std::size_t dash = part.find('-');
    std::int64_t first = std::strtoll(part.c_str(), nullptr, 10);
    std::int64_t last =
        dash == std::string::npos ? first : std::strtoll(part.c_str() + dash + 1, nullptr, 10);
    for (; first <= last; ++first) out.insert(first);
  }
  return out;
}

class Pass {
 public:
  Pass(Context& context, const Value& job, std::string_view component)
      : context_(context), job_(job), next_(job), component_(component), spec_(job.get("spec")) {}

  Result<std::optional<Nanos>> run() {
    if (finished(job_)) return expire();
    if (kube::beingDeleted(job_)) return wait_;
    Value& status = next_["status"];
    indexed_ = spec_.get("completionMode").asString() == "Indexed";
    count();
    bool suspended = spec_.get("suspend").asBool();
    if (!suspended && status.get("startTime").isNull()) status.set("startTime", context_.nowText());
    std::string why;
    if (failed(why))
      TRY_VOID(end("Failed", "FailureTarget", why));
    else if (complete())
      TRY_VOID(end("Complete", "SuccessCriteriaMet", "CompletionsReached"));
    else if (suspended)
      TRY_VOID(suspend());
    else
      TRY_VOID(work());
    writeCounts();
    if (!(status == job_.get("status"))) TRY_VOID(context_.updateStatus(kJobs, next_));
    return wait_;
  }

 private:
  Result<std::optional<Nanos>> expire() {
    const Value& ttl = spec_.get("ttlSecondsAfterFinished");
    if (!ttl.isInt() || kube::beingDeleted(job_)) return wait_;
    auto ended = timeOf(job_.get("status", "completionTime"));
    if (!ended) ended = timeOf(condition(job_, "Failed").get("lastTransitionTime"));
    Nanos left =
        ended.value_or(context_.clock.now()) + std::chrono::seconds(ttl.asInt()) - context_.clock.now();
    if (left > Nanos::zero()) return std::optional<Nanos>(left);
    TRY_VOID(context_.remove(kJobs, job_));
    return wait_;
  }

  void count() {
    for (const auto& pod : context_.owned(kPods, kube::uid(job_))) {
      const auto& phase = pod.get("status", "phase").asString();
      std::int64_t index = std::strtoll(kube::annotation(pod, kIndex).value_or("-1").c_str(), nullptr, 10);
      if (phase == "Succeeded") {
        ++succeeded_;
        done_.insert(index);
      } else if (phase == "Failed") {
        ++failures_;
        lastFailure_ = std::max(lastFailure_,
                                timeOf(condition(pod, "Ready").get("lastTransitionTime")).value_or(Nanos{}));
      } else if (kube::beingDeleted(pod)) {
        ++terminating_;
      } else {
        active_.push_back(pod);
        if (podReady(pod)) ++ready_;
        for (const auto& container : pod.get("status", "containerStatuses").elements())
          restarts_ += container.get("restartCount").asInt();
      }
    }
    // pods that someone removed still count
    for (auto index : parseIntervals(job_.get("status", "completedIndexes").asString())) done_.insert(index);
    done_.erase(-1);
    succeeded_ = indexed_ ? static_cast<std::int64_t>(done_.size())
                          : std::max(succeeded_, job_.get("status", "succeeded").asInt());
    failures_ = std::max(failures_, job_.get("status", "failed").asInt());
  }

  bool failed(std::string& why) {
    auto limit = spec_.get("backoffLimit").asInt();
    bool restarting = spec_.get("template", "spec", "restartPolicy").asString() == "OnFailure";
    if (failures_ > limit || (restarting && restarts_ > 0 && restarts_ >= std::max<std::int64_t>(limit, 1))) {
      why = "BackoffLimitExceeded";
      return true;
    }
    const Value& deadline = spec_.get("activeDeadlineSeconds");
    auto start = timeOf(next_.get("status", "startTime"));
    if (!deadline.isInt() || !start) return false;
    Nanos left = *start + std::chrono::seconds(deadline.asInt()) - context_.clock.now();
    if (left <= Nanos::zero()) {
      why = "DeadlineExceeded";
      return true;
    }
    later(left);
    return false;
  }

  [[nodiscard]] bool complete() const {
    const Value& completions = spec_.get("completions");
    if (completions.isInt()) return succeeded_ >= completions.asInt();
    return succeeded_ > 0 && active_.empty();
  }

  void later(Nanos pause) { wait_ = wait_ ? std::min(*wait_, pause) : pause; }

  Status end(const char* type, const char* before, const std::string& why) {
    Value& status = next_["status"];
    bool success = std::string_view(type) == "Complete";
    std::string message = why == "CompletionsReached"     ? "Reached expected number of succeeded pods"
                          : why == "BackoffLimitExceeded" ? "Job has reached the specified backoff limit"
                                                          : "Job was active longer than specified deadline";
    for (const auto& pod : active_) TRY_VOID(context_.remove(kPods, pod));
    active_.clear();
    ready_ = 0;
    Value now = context_.nowText();
    setCondition(status, before, "True", why, message, now);
    setCondition(status, type, "True", why, message, now);
    for (std::size_t i = 0; i < status.get("conditions").size(); ++i) {
      if (status.get("conditions").at(i).get("lastProbeTime").isNull())
        status["conditions"].mutableAt(i).set("lastProbeTime", now);
    }
    if (success) status.set("completionTime", now);
    context_.event(job_, success ? "Normal" : "Warning", success ? "Completed" : why,
                   success ? "Job completed" : message, component_);
    return {};
  }

  Status suspend() {
    for (const auto& pod : active_) TRY_VOID(context_.remove(kPods, pod));
    active_.clear();
    ready_ = 0;
    Value& status = next_["status"];
    if (setCondition(status, "Suspended", "True", "JobSuspended", "Job suspended", context_.nowText())) {
      context_.event(job_, "Normal", "Suspended", "Job suspended", component_);
    }
    status.erase("startTime");
    return {};
  }

  Status work() {
    Value& status = next_["status"];
    if (conditionTrue(job_, "Suspended")) {
      setCondition(status, "Suspended", "False", "JobResumed", "Job resumed", context_.nowText());
      context_.event(job_, "Normal", "Resumed", "Job resumed", component_);
    }
    const Value& completions = spec_.get("completions");
    std::int64_t parallel = spec_.get("parallelism").asInt();
    auto active = static_cast<std::int64_t>(active_.size());
    std::int64_t wanted = parallel;
    if (completions.isInt())
      wanted = std::min(parallel, completions.asInt() - succeeded_);
    else if (succeeded_ > 0)
      wanted = active;
    for (; active > wanted && !active_.empty(); --active) {
      TRY_VOID(context_.remove(kPods, active_.back()));
      active_.pop_back();
    }
    if (active >= wanted) return {};
    if (failures_ > 0) {  // 10 s, doubling to six minutes, after each failure
      Nanos pause = std::min<Nanos>(
          std::chrono::seconds(10) * (std::int64_t{1} << std::min<std::int64_t>(failures_ - 1, 6)),
          std::chrono::minutes(6));
      Nanos left = lastFailure_ + pause - context_.clock.now();
      if (lastFailure_ > Nanos::zero() && left > Nanos::zero()) {
        later(left);
        return {};
      }
    }
    std::set<std::int64_t> busy = done_;
    for (const auto& pod : active_)
      busy.insert(std::strtoll(kube::annotation(pod, kIndex).value_or("-1").c_str(), nullptr, 10));
    for (std::int64_t index = 0; active < wanted; ++index) {
      if (indexed_ && index >= completions.asInt()) break;
      if (indexed_ && busy.contains(index)) continue;
      TRY_VOID(create(index));
      ++active;
    }
    return {};
  }

  Status create(std::int64_t index) {
    Value pod = podFromTemplate(spec_.get("template"), job_);
    std::string prefix = kube::name(job_) + "-";
    if (indexed_) {
      std::string number = std::to_string(index);
      prefix += number + "-";
      kube::setAnnotation(pod, kIndex, number);
      kube::setLabel(pod, kIndex, number);
      if (pod.get("spec", "hostname").asString().empty())
        pod["spec"].set("hostname", kube::name(job_) + "-" + number);
      for (std::size_t i = 0; i < pod.get("spec", "containers").size(); ++i) {
        Value source = Value::object(
            {{"fieldRef",
              Value::object({{"fieldPath", "metadata.annotations['" + std::string(kIndex) + "']"}})}});
        pod["spec"]["containers"].mutableAt(i)["env"].push(
            Value::object({{"name", "JOB_COMPLETION_INDEX"}, {"valueFrom", source}}));
      }
    }
    pod["metadata"].set("generateName", prefix);
    TRY(Value made, context_.create(kPods, pod));
    context_.event(job_, "Normal", "SuccessfulCreate", "Created pod: " + kube::name(made), component_);
    active_.push_back(made);
    return {};
  }

  void writeCounts() {
    Value& status = next_["status"];
    auto put = [&](const char* field, std::int64_t value, bool always = false) {
      if (value != 0 || always)
        status.set(field, value);
      else
        status.erase(field);
    };
    put("active", static_cast<std::int64_t>(active_.size()));
    put("ready", ready_, true);
    put("terminating", terminating_, true);
    put("succeeded", succeeded_);
    put("failed", failures_);
    if (indexed_ && !done_.empty()) status.set("completedIndexes", intervals(done_));
    if (!status.has("uncountedTerminatedPods")) status.set("uncountedTerminatedPods", Value::object());
  }

  Context& context_;
  const Value& job_;
  Value next_;
  std::string_view component_;
  const Value& spec_;
  bool indexed_ = false;
  std::vector<Value> active_;
  std::set<std::int64_t> done_;
  std::int64_t succeeded_ = 0, failures_ = 0, ready_ = 0, terminating_ = 0, restarts_ = 0;
  Nanos lastFailure_{};
  std::optional<Nanos> wait_;
};

}  // namespace

void JobController::attach(Context& context) {
  context.watch(kJobs, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(
      kPods, [&context, this](const kube::Change& change) { context.enqueueOwners(name(), "Job", change); });
}

Result<std::optional<Nanos>> JobController::reconcile(Context& context, const ObjectName& key) {
  auto job = context.mirror(kJobs).get(key);
  if (!job) return std::optional<Nanos>();
  return Pass(context, *job, name()).run();
}

}  // namespace puppis::nodes
