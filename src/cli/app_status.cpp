// SPDX-License-Identifier: Apache-2.0
#include "cli/app_status.h"

#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "cli/delivery.h"
#include "cli/output.h"
#include "kube/informer.h"
#include "kube/object.h"

namespace puppis::cli {

using data::Value;

namespace {

std::string mark(const Context& context, bool good) {
  return good ? painted("healthy", "green", context.colourOut)
              : painted("unhealthy", "red", context.colourOut);
}

std::string colourOfPhase(const std::string& phase) {
  if (phase == "running") return "green";
  if (phase == "unhealthy" || phase == "workflowFailed" || phase == "workflowTerminated") return "red";
  return "yellow";
}

}  // namespace

std::string describeStatus(const Context& context, const Value& application) {
  const Value& status = application.get("status");
  std::string phase = status.get("status").asString();
  if (phase.empty()) phase = "not seen by a controller yet";
  std::string out;
  auto line = [&](const std::string& label, const std::string& text) {
    out += label + std::string(12 - label.size(), ' ') + text + "\n";
  };
  line("Name", kube::name(application));
  line("Namespace", kube::namespaceOf(application));
  line("Phase", painted(phase, colourOfPhase(phase), context.colourOut));
  if (const auto& revision = status.get("latestRevision", "name").asString(); !revision.empty()) {
    line("Revision", revision);
  }
  line("Age", ageOf(application.get("metadata", "creationTimestamp").asString(), context.clock.now()));
  if (kube::generation(application) != status.get("observedGeneration").asInt() && !status.isNull()) {
    line("Note", "the newest change is not taken up yet");
  }
  for (const auto& service : status.get("services").elements()) {
    out += "\n" + painted(service.get("name").asString(), "bold", context.colourOut) + "  " +
           mark(context, service.get("healthy").asBool());
    if (const auto& message = service.get("message").asString(); !message.empty()) out += "  " + message;
    out += "\n";
    const Value& workload = service.get("workloadDefinition");
    if (!workload.isNull()) {
      out += "  " + workload.get("kind").asString() + " in " + service.get("cluster").asString() + "/" +
             service.get("namespace").asString() + "\n";
    }
    for (const auto& trait : service.get("traits").elements()) {
      out += "  trait " + trait.get("type").asString() + "  " + mark(context, trait.get("healthy").asBool());
      if (const auto& message = trait.get("message").asString(); !message.empty()) out += "  " + message;
      out += "\n";
    }
  }
  bool first = true;
  for (const auto& condition : status.get("conditions").elements()) {
    const std::string& message = condition.get("message").asString();
    if (condition.get("status").asString() == "True" || message.empty()) continue;
    if (std::exchange(first, false)) out += "\n";
    out += painted(condition.get("type").asString(), "yellow", context.colourOut) + ": " + message + "\n";
  }
  return out;
}

std::string progressLine(const Value& application) {
  const Value& status = application.get("status");
  std::string out = status.get("status").asString();
  if (out.empty()) out = "waiting for the controller";
  std::string services;
  for (const auto& service : status.get("services").elements()) {
    services += services.empty() ? "  " : ", ";
    const std::string& message = service.get("message").asString();
    services += service.get("name").asString() + ": ";
    services += message.empty() ? (service.get("healthy").asBool() ? "healthy" : "not healthy") : message;
  }
  return out + services;
}

Status follow(Context& context, kube::Client& client, const kube::Gvr& type, const kube::ObjectName& name,
              Nanos timeout, const std::function<Result<bool>(const Value&)>& done) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<Value> forms;
  kube::InformerSet informers(client, context.clock, context.log);
  kube::InformerOptions options;
  options.type = type;
  options.ns = name.ns;
  options.fieldSelector = "metadata.name=" + name.name;
  kube::Informer& informer = informers.add(options, [&](kube::Informer& made) {
    made.onChange([&](const kube::Change& change) {
      std::lock_guard lock(mutex);
      forms.push_back(change.after ? *change.after : Value());
      changed.notify_all();
    });
  });
  informers.start();
  if (informers.waitSynced(timeout) && !informer.get(name)) {
    std::lock_guard lock(mutex);
    forms.emplace_back();
  }
  Nanos deadline = context.clock.monotonic() + timeout;
  while (true) {
    Value form;
    {
      std::unique_lock lock(mutex);
      Nanos left = deadline - context.clock.monotonic();
      bool came =
          left > Nanos::zero() && changed.wait_for(lock, context.stop, left, [&] { return !forms.empty(); });
      if (context.stop.stop_requested()) return fail(ErrorCode::Cancelled, "interrupted");
      if (!came) return fail(ErrorCode::Timeout, name.str() + " did not get there in time");
      form = std::move(forms.front());
      forms.pop_front();
    }
    TRY(bool finished, done(form));
    if (finished) return {};
  }
}

Result<Nanos> parseDuration(const std::string& text) {
  Nanos out{};
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end) {
    std::int64_t number = 0;
    auto [next, error] = std::from_chars(at, end, number);
    Nanos unit{};
    if (error == std::errc() && next != end) {
      if (*next == 's') unit = std::chrono::seconds(1);
      if (*next == 'm') unit = std::chrono::minutes(1);
      if (*next == 'm' && next + 1 != end && next[1] == 's') {
        unit = std::chrono::milliseconds(1);
        ++next;
      }
      if (*next == 'h') unit = std::chrono::hours(1);
    }
    if (unit == Nanos{}) {
      return fail(
          Error(ErrorCode::InvalidArgument, "not a duration").expected("10m, 90s or 1h30m").found(text));
    }
    out += unit * number;
    at = next + 1;
  }
  return out;
}

}  // namespace puppis::cli
