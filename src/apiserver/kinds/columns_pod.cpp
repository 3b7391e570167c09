// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "apiserver/kinds/columns.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

/// What the columns of a pod share.
struct PodSummary {
  std::int64_t ready = 0;
  std::int64_t total = 0;
  std::int64_t restarts = 0;
  std::string lastRestart;  ///< RFC 3339, so that texts compare as times
  std::string status;
};

bool conditionTrue(const Value& pod, std::string_view type) {
  for (const auto& condition : pod.get("status", "conditions").elements()) {
    if (condition.get("type").asString() == type) return condition.get("status").asString() == "True";
  }
  return false;
}

std::string terminatedWord(const Value& terminated) {
  if (const auto& reason = terminated.get("reason").asString(); !reason.empty()) return reason;
  if (auto signal = terminated.get("signal").asInt(); signal != 0) return "Signal:" + std::to_string(signal);
  return "ExitCode:" + std::to_string(terminated.get("exitCode").asInt());
}

class Summarizer {
 public:
  explicit Summarizer(const Value& pod) : pod_(pod) {}

  PodSummary run() {
    const Value& status = pod_.get("status");
    out_.total = static_cast<std::int64_t>(pod_.get("spec", "containers").size());
    out_.status = status.get("phase").asString();
    if (const auto& reason = status.get("reason").asString(); !reason.empty()) out_.status = reason;
    for (const auto& condition : status.get("conditions").elements()) {
      if (condition.get("type").asString() == "PodScheduled" &&
          condition.get("reason").asString() == "SchedulingGated") {
        out_.status = "SchedulingGated";
      }
    }
    bool initializing = initContainers();
    if (!initializing || conditionTrue(pod_, "Initialized")) mainContainers();
    if (!pod_.get("metadata", "deletionTimestamp").isNull()) {
      const auto& phase = status.get("phase").asString();
      if (status.get("reason").asString() == "NodeLost") {
        out_.status = "Unknown";
      } else if (phase != "Succeeded" && phase != "Failed") {
        out_.status = "Terminating";
      }
    }
    return out_;
  }

 private:
  void countRestarts(const Value& container, std::int64_t& restarts, std::string& last) const {
    restarts += container.get("restartCount").asInt();
    const auto& finished = container.get("lastState", "terminated", "finishedAt").asString();
    last = std::max(last, finished);
  }

  /// Whether one of them is not through yet.
  bool initContainers() {
    std::map<std::string, bool> sidecar;
    for (const auto& container : pod_.get("spec", "initContainers").elements()) {
      bool restarts = container.get("restartPolicy").asString() == "Always";
      sidecar[container.get("name").asString()] = restarts;
      if (restarts) ++out_.total;
    }
    std::size_t index = 0;
    for (const auto& container : pod_.get("status", "initContainerStatuses").elements()) {
      countRestarts(container, out_.restarts, out_.lastRestart);
      bool isSidecar = sidecar[container.get("name").asString()];
      if (isSidecar) countRestarts(container, sidecarRestarts_, sidecarLast_);
      const Value& terminated = container.get("state", "terminated");
      const auto& waiting = container.get("state", "waiting", "reason").asString();
      if (terminated.isObject() && terminated.get("exitCode").asInt() == 0) {
        ++index;
        continue;
      }
      if (isSidecar && container.get("started").asBool()) {
        if (container.get("ready").asBool()) ++out_.ready;
        ++index;
        continue;
      }
      if (terminated.isObject()) {
        out_.status = "Init:" + terminatedWord(terminated);
      } else if (!waiting.empty() && waiting != "PodInitializing") {
        out_.status = "Init:" + waiting;
      } else {
        out_.status =
            "Init:" + std::to_string(index) + "/" + std::to_string(pod_.get("spec", "initContainers").size());
      }
      return true;
    }
    return false;
  }

  void mainContainers() {
    out_.restarts = sidecarRestarts_;
    out_.lastRestart = sidecarLast_;
    bool running = false;
    auto statuses = pod_.get("status", "containerStatuses").elements();
    for (auto it = statuses.rbegin(); it != statuses.rend(); ++it) {
      countRestarts(*it, out_.restarts, out_.lastRestart);
      const Value& state = it->get("state");
      if (const auto& waiting = state.get("waiting", "reason").asString(); !waiting.empty()) {
        out_.status = waiting;
      } else if (state.get("terminated").isObject()) {
        out_.status = terminatedWord(state.get("terminated"));
      } else if (it->get("ready").asBool() && state.get("running").isObject()) {
        running = true;
        ++out_.ready;
      }
    }
    if (out_.status == "Completed" && running)
      out_.status = conditionTrue(pod_, "Ready") ? "Running" : "NotReady";
  }

  const Value& pod_;
  PodSummary out_;
  std::int64_t sidecarRestarts_ = 0;
  std::string sidecarLast_;
};

PodSummary summarize(const Value& pod) {
  return Summarizer(pod).run();
}

Value orNone(const Value& text) {
  return text.asString().empty() ? Value("<none>") : text;
}

Value readinessGates(const Value& pod) {
  const Value& gates = pod.get("spec", "readinessGates");
  if (gates.empty()) return "<none>";
  auto met = std::count_if(gates.elements().begin(), gates.elements().end(), [&](const Value& gate) {
    return conditionTrue(pod, gate.get("conditionType").asString());
  });
  return std::to_string(met) + "/" + std::to_string(gates.size());
}

}  // namespace

std::vector<TableColumn> podColumns() {
  return Columns()
      .name()
      .add("Ready",
           [](const Value& o) {
             PodSummary s = summarize(o);
             return Value(std::to_string(s.ready) + "/" + std::to_string(s.total));
           })
      .add("Status", [](const Value& o) { return Value(summarize(o).status); })
      .addTimed("Restarts",
                [](const Value& o, Nanos now) {
                  PodSummary s = summarize(o);
                  std::string text = std::to_string(s.restarts);
                  if (s.restarts != 0 && !s.lastRestart.empty())
                    text += " (" + ageSince(s.lastRestart, now) + " ago)";
                  return Value(text);
                })
      .age()
      .wide("IP", [](const Value& o) { return orNone(o.get("status", "podIPs").at(0).get("ip")); })
      .wide("Node", [](const Value& o) { return orNone(o.get("spec", "nodeName")); })
      .wide("Nominated Node", [](const Value& o) { return orNone(o.get("status", "nominatedNodeName")); })
      .wide("Readiness Gates", readinessGates)
      .take();
}

}  // namespace puppis::apiserver::kinds
