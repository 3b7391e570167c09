// SPDX-License-Identifier: Apache-2.0
#include "nodes/kubelet.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

using Faults = std::set<std::string>;

std::string tagOf(const std::string& image) {
  std::size_t slash = image.rfind('/');
  std::size_t colon = image.find(':', slash == std::string::npos ? 0 : slash);
  return colon == std::string::npos ? "" : image.substr(colon + 1);
}

/// What is scripted to go wrong with a container.
Faults faultsOf(const Value& pod, const Value& container) {
  Faults out;
  for (const auto& word : split(kube::annotation(pod, kFaultsAnnotation).value_or(""), ',')) {
    if (!trim(word).empty()) out.insert(std::string(trim(word)));
  }
  std::string tag = tagOf(container.get("image").asString());
  for (auto word : {"fail", "pull-error", "not-ready", "oom"}) {
    if (tag == word || endsWith(tag, std::string("-") + word)) out.insert(word);
  }
  return out;
}

std::optional<Nanos> failAfter(const Faults& faults) {
  for (const auto& fault : faults) {
    if (startsWith(fault, "fail-after=")) return parseDuration(std::string_view(fault).substr(11));
  }
  return std::nullopt;
}

/// One look at a pod.
class Look {
 public:
  Look(Context& context, Value pod, std::string_view component)
      : context_(context),
        pod_(std::move(pod)),
        next_(pod_),
        component_(component),
        now_(context.clock.now()) {}

  Result<std::optional<Nanos>> run() {
    const auto& nodeName = pod_.get("spec", "nodeName").asString();
    if (kube::beingDeleted(pod_)) return end(nodeName);
    if (nodeName.empty() || podEnded(pod_)) return wait_;
    auto node = context_.mirror(kNodes).get({"", nodeName});
    if (!node || !kube::label(*node, kSimulatedLabel)) return wait_;
    for (const auto& address : node->get("status", "addresses").elements()) {
      if (address.get("type").asString() == "InternalIP") hostIp_ = address.get("address").asString();
    }
    if (pod_.get("status", "startTime").isNull())
      accept();
    else
      TRY_VOID(live());
    if (next_.get("status") == pod_.get("status")) return wait_;
    auto written = context_.updateStatus(kPods, next_);
    if (!written && written.error().code() != ErrorCode::NotFound) return fail(written.error());
    for (auto& [reason, message] : events_) {
      bool good = reason == "Started" || reason == "Pulled" || reason == "Created";
      context_.event(pod_, good ? "Normal" : "Warning", reason, message, component_);
    }
    return wait_;
  }

 private:
  void later(Nanos pause) { wait_ = wait_ ? std::min(*wait_, pause) : pause; }

  /// A deleted pod goes when its (short) shutdown is over.
  Result<std::optional<Nanos>> end(const std::string& nodeName) {
    if (!pod_.get("metadata", "finalizers").empty() &&
        pod_.get("metadata", "deletionGracePeriodSeconds").asInt() == 0)
      return wait_;
    auto deadline = timeOf(pod_.get("metadata", "deletionTimestamp"));
    Nanos grace = std::chrono::seconds(pod_.get("metadata", "deletionGracePeriodSeconds").asInt());
    Nanos due = deadline.value_or(now_) - grace + std::min(grace, context_.options.shutdown);
    if (nodeName.empty() || due <= now_) {
      TRY_VOID(context_.remove(kPods, pod_, 0));
      return wait_;
    }
    return std::optional<Nanos>(due - now_);
  }

  /// The pod has just come to its node.
  void accept() {
    Value& status = next_["status"];
    status.set("phase", "Pending");
    status.set("startTime", context_.nowText());
    status.set("hostIP", hostIp_);
    status.set("hostIPs", Value::array({Value::object({{"ip", hostIp_}})}));
    bool init = !pod_.get("spec", "initContainers").empty();
    setCondition(status, kSimulatedLabel, "True", "SimulatedNode",
                 "This pod is acted out by a simulated node; nothing of it runs", now());
    setCondition(status, "PodReadyToStartContainers", "False", "", "", now());
    setCondition(status, "Initialized", init ? "False" : "True", init ? "ContainersNotInitialized" : "",
                 init ? "containers with incomplete status: " + names("initContainers") : "", now());
    notReady("ContainersNotReady");
    setCondition(status, "PodScheduled", "True", "", "", now());
    const char* waiting = init ? "PodInitializing" : "ContainerCreating";
    if (init)
      statuses("initContainers", "initContainerStatuses",
               [&](Value& one, const Value&) { setWaiting(one, "PodInitializing", ""); });
    statuses("containers", "containerStatuses",
             [&](Value& one, const Value&) { setWaiting(one, waiting, ""); });
    later(startup());
  }

  [[nodiscard]] Value now() const { return context_.nowText(); }

  std::string names(const char* field) const {
    std::vector<std::string> out;
    for (const auto& container : pod_.get("spec", field).elements())
      out.push_back(container.get("name").asString());
    return "[" + join(out, " ") + "]";
  }

  void notReady(const char* reason) {
    std::string message =
        std::string(reason) == "PodCompleted" ? "" : "containers with unready status: " + names("containers");
    setCondition(next_["status"], "Ready", "False", reason, message, now());
    setCondition(next_["status"], "ContainersReady", "False", reason, message, now());
  }

  /// Its start takes this long, a little more or less by its uid.
  [[nodiscard]] Nanos startup() const {
    if (auto own = parseDuration(kube::annotation(pod_, kStartupAnnotation).value_or(""))) return *own;
    Nanos jitter = context_.options.startupJitter;
    auto share = static_cast<std::int64_t>(fnv1a(kube::uid(pod_)) % 1000);
    return context_.options.startup + jitter * share / 1000;
  }

  [[nodiscard]] Nanos runTime() const {
    return parseDuration(kube::annotation(pod_, kRunAnnotation).value_or(""))
        .value_or(context_.options.jobRun);
  }

  /// Whether its containers end by themselves.
  [[nodiscard]] bool finishes() const {
    if (pod_.get("spec", "restartPolicy").asString() == "Always") return false;
    if (kube::annotation(pod_, kRunAnnotation)) return true;
    auto owner = kube::controllerOf(pod_);
    return owner && owner->kind == "Job";
  }

  template <typename Change>
  void statuses(const char* containers, const char* field, Change change) {
    const Value& specs = pod_.get("spec", containers);
    Value list = next_.get("status", field);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const Value& spec = specs.at(i);
      if (i >= list.size()) {
        list.push(Value::object({{"name", spec.get("name")},
                                 {"state", Value::object()},
                                 {"lastState", Value::object()},
                                 {"ready", false},
                                 {"restartCount", 0},
                                 {"image", spec.get("image")},
                                 {"imageID", ""},
                                 {"started", false}}));
      }
      change(list.mutableAt(i), spec);
    }
    next_["status"].set(field, list);
  }

  static void setWaiting(Value& one, const std::string& reason, const std::string& message) {
    Value waiting = Value::object({{"reason", reason}});
    if (!message.empty()) waiting.set("message", message);
    one.set("state", Value::object({{"waiting", waiting}}));
    one.set("ready", false);
    one.set("started", false);
  }

  void setRunning(Value& one, bool ready) const {
    Value id = "simulated://" + shortHash(kube::uid(pod_) + one.get("name").asString() +
                                          std::to_string(one.get("restartCount").asInt()));
    one.set("state", Value::object({{"running", Value::object({{"startedAt", now()}})}}));
    one.set("ready", ready);
    one.set("started", true);
    one.set("imageID", "simulated://" + shortHash(one.get("image").asString()));
    one.set("containerID", id);
  }

  void setTerminated(Value& one, int code, const std::string& reason, const Value& startedAt) const {
    Value terminated = Value::object({{"exitCode", code},
                                      {"reason", reason},
                                      {"startedAt", startedAt.isNull() ? now() : startedAt},
                                      {"finishedAt", now()},
                                      {"containerID", one.get("containerID").asString()}});
    one.set("state", Value::object({{"terminated", terminated}}));
    one.set("ready", false);
    one.set("started", false);
  }

  Status live() {
    const auto& phase = pod_.get("status", "phase").asString();
    if (phase == "Pending") {
      Nanos due = timeOf(pod_.get("status", "startTime")).value_or(now_) + startup();
      // startTime has whole seconds; the wait that began with it has not
      Nanos began = timeOf(pod_.get("status", "startTime")).value_or(now_);
      if (due > now_ && now_ - began < startup()) {
        later(due - now_);
        return {};
      }
      return start();
    }
    if (phase == "Running") return goOn();
    return {};
  }

  Status start() {
    if (std::string missing = missingReference(); !missing.empty()) {
      statuses("containers", "containerStatuses",
               [&](Value& one, const Value&) { setWaiting(one, "CreateContainerConfigError", missing); });
      events_.emplace_back("Failed", "Error: " + missing);
      // nothing tells when it comes; the longer it is away, the rarer it is looked for
      Nanos waited = now_ - timeOf(pod_.get("status", "startTime")).value_or(now_);
      later(std::max<Nanos>(std::chrono::seconds(2), waited / 2));
      return {};
    }
    if (const Value* unbound = unboundClaim(); unbound != nullptr) {
      events_.emplace_back("FailedMount",
                           "persistentvolumeclaim \"" + unbound->asString() + "\" is not bound");
      return {};  // woken when it is
    }
    Value& status = next_["status"];
    std::string ip = podIp();
    status.set("phase", "Running");
    status.set("podIP", ip);
    status.set("podIPs", Value::array({Value::object({{"ip", ip}})}));
    setCondition(status, "PodReadyToStartContainers", "True", "", "", now());
    setCondition(status, "Initialized", "True", "", "", now());
    statuses("initContainers", "initContainerStatuses", [&](Value& one, const Value& spec) {
      setRunning(one, true);
      if (spec.get("restartPolicy").asString() != "Always") {
        Value started = one.get("state", "running", "startedAt");
        setTerminated(one, 0, "Completed", started);
        one.set("ready", true);
      }
    });
    bool unlucky = context_.options.failureRate > 0 &&
                   static_cast<double>(context_.random.below(1'000'000)) < context_.options.failureRate * 1e6;
    bool pulling = true;
    statuses("containers", "containerStatuses", [&](Value& one, const Value& spec) {
      Faults faults = faultsOf(pod_, spec);
      if (unlucky) faults.insert("fail");
      if (faults.contains("pull-error")) {
        std::string image = spec.get("image").asString();
        setWaiting(one, "ImagePullBackOff", "Back-off pulling image \"" + image + "\": simulated");
        events_.emplace_back("Failed", "Failed to pull image \"" + image + "\": simulated");
        return;
      }
      pulling = false;
      setRunning(one, false);
      if (faults.contains("fail") || faults.contains("oom"))
        crash(one, faults);
      else
        events_.emplace_back("Started", "Started container " + one.get("name").asString());
    });
    if (pulling) status.set("phase", "Pending");
    settle();
    return {};
  }

  /// A container stops with a failure: for good, or until it is started again.
  void crash(Value& one, const Faults& faults) {
    bool oom = faults.contains("oom");
    Value started = one.get("state", "running", "startedAt");
    setTerminated(one, oom ? 137 : 1, oom ? "OOMKilled" : "Error", started);
    const auto& policy = pod_.get("spec", "restartPolicy").asString();
    if (policy == "Never") return;
    Value ended = one.get("state");
    std::int64_t restarts = one.get("restartCount").asInt();
    Nanos pause = backOff(restarts);
    one.set("lastState", ended);
    setWaiting(one, "CrashLoopBackOff",
               "back-off " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(pause).count()) +
                   "s restarting failed container=" + one.get("name").asString());
    events_.emplace_back("BackOff", "Back-off restarting failed container " + one.get("name").asString());
    later(pause);
  }

  static Nanos backOff(std::int64_t restarts) {
    return std::min<Nanos>(
        std::chrono::seconds(10) * (std::int64_t{1} << std::min<std::int64_t>(restarts, 5)),
        std::chrono::minutes(5));
  }

  /// A pod that runs: containers end, crash, come back, or become ready.
  Status goOn() {
    statuses("containers", "containerStatuses", [&](Value& one, const Value& spec) {
      Faults faults = faultsOf(pod_, spec);
      if (one.get("state", "running").isObject()) {
        Nanos ran = now_ - timeOf(one.get("state", "running", "startedAt")).value_or(now_);
        if (auto limit = failAfter(faults)) {
          if (ran >= *limit) return crash(one, faults);
          later(*limit - ran);
        }
        if (finishes()) {
          if (ran >= runTime()) {
            Value started = one.get("state", "running", "startedAt");
            return setTerminated(one, 0, "Completed", started);
          }
          later(runTime() - ran);
        }
      } else if (one.get("state", "waiting", "reason").asString() == "CrashLoopBackOff") {
        Nanos since = now_ - timeOf(one.get("lastState", "terminated", "finishedAt")).value_or(now_);
        Nanos pause = backOff(one.get("restartCount").asInt());
        if (since < pause) return later(pause - since);
        one.set("restartCount", one.get("restartCount").asInt() + 1);
        setRunning(one, false);
        if (faults.contains("fail") || faults.contains("oom")) crash(one, faults);
      }
    });
    settle();
    return {};
  }

  /// Ready containers, the conditions and the phase that follow from what the containers do.
  void settle() {
    Value& status = next_["status"];
    std::size_t ended = 0, failed = 0, ready = 0;
    statuses("containers", "containerStatuses", [&](Value& one, const Value& spec) {
      const Value& state = one.get("state");
      if (state.get("terminated").isObject()) {
        ++ended;
        if (state.get("terminated", "exitCode").asInt() != 0) ++failed;
        return;
      }
      if (!state.get("running").isObject()) return;
      Nanos delay = std::chrono::seconds(spec.get("readinessProbe", "initialDelaySeconds").asInt());
      Nanos ran = now_ - timeOf(state.get("running", "startedAt")).value_or(now_);
      bool may = !faultsOf(pod_, spec).contains("not-ready");
      if (may && ran < delay) later(delay - ran);
      bool is = may && ran >= delay;
      one.set("ready", is);
      if (is) ++ready;
    });
    std::size_t all = pod_.get("spec", "containers").size();
    if (ended == all) {
      status.set("phase", failed > 0 ? "Failed" : "Succeeded");
      setCondition(status, "PodReadyToStartContainers", "False", "", "", now());
      if (failed == 0) setCondition(status, "Initialized", "True", "PodCompleted", "", now());
      notReady(failed > 0 ? "PodFailed" : "PodCompleted");
    } else if (ready == all && gatesOpen()) {
      setCondition(status, "Ready", "True", "", "", now());
      setCondition(status, "ContainersReady", "True", "", "", now());
    } else {
      notReady("ContainersNotReady");
    }
  }

  [[nodiscard]] bool gatesOpen() const {
    auto gates = pod_.get("spec", "readinessGates").elements();
    return std::all_of(gates.begin(), gates.end(), [&](const Value& gate) {
      return conditionTrue(pod_, gate.get("conditionType").asString());
    });
  }

  [[nodiscard]] std::string podIp() const {
    if (pod_.get("spec", "hostNetwork").asBool()) return hostIp_;
    std::uint64_t h = fnv1a(kube::uid(pod_));
    return "10." + std::to_string(128 + h % 64) + "." + std::to_string((h >> 8) % 256) + "." +
           std::to_string(1 + (h >> 16) % 254);
  }

  /// The name of a ConfigMap or Secret that a container needs and is not there, in a kubelet's words.
  std::string missingReference() {
    std::string ns = kube::namespaceOf(pod_);
    auto missing = [&](const Gvr& type, const Value& ref) -> std::string {
      const auto& wanted = ref.get("name").asString();
      if (wanted.empty() || ref.get("optional").asBool()) return {};
      auto there = context_.client.get(type, {ns, wanted});
      if (there || there.error().code() != ErrorCode::NotFound) return {};
      return std::string(type == kSecrets ? "secret" : "configmap") + " \"" + wanted + "\" not found";
    };
    for (auto field : {"initContainers", "containers"}) {
      for (const auto& container : pod_.get("spec", field).elements()) {
        for (const auto& env : container.get("env").elements()) {
          if (auto m = missing(kConfigMaps, env.get("valueFrom", "configMapKeyRef")); !m.empty()) return m;
          if (auto m = missing(kSecrets, env.get("valueFrom", "secretKeyRef")); !m.empty()) return m;
        }
        for (const auto& from : container.get("envFrom").elements()) {
          if (auto m = missing(kConfigMaps, from.get("configMapRef")); !m.empty()) return m;
          if (auto m = missing(kSecrets, from.get("secretRef")); !m.empty()) return m;
        }
      }
    }
    for (const auto& volume : pod_.get("spec", "volumes").elements()) {
      if (auto m = missing(kConfigMaps, volume.get("configMap")); !m.empty()) return m;
      Value secret = volume.get("secret");
      if (secret.isObject()) secret.set("name", Value(secret.get("secretName")));
      if (auto m = missing(kSecrets, secret); !m.empty()) return m;
    }
    return {};
  }

  [[nodiscard]] const Value* unboundClaim() const {
    for (const auto& volume : pod_.get("spec", "volumes").elements()) {
      const Value& claim = volume.get("persistentVolumeClaim", "claimName");
      if (!claim.isString()) continue;
      auto there = context_.mirror(kClaims).get({kube::namespaceOf(pod_), claim.asString()});
      if (!there || there->get("status", "phase").asString() != "Bound") return &claim;
    }
    return nullptr;
  }

  Context& context_;
  Value pod_;
  Value next_;
  std::string_view component_;
  Nanos now_;
  std::string hostIp_;
  std::optional<Nanos> wait_;
  std::vector<std::pair<std::string, std::string>> events_;
};

}  // namespace

void Kubelet::attach(Context& context) {
  context.watch(kPods, [&context, this](const kube::Change& change) {
    if (!change.after) return;
    const Value& pod = *change.after;
    bool bound = !pod.get("spec", "nodeName").asString().empty();
    if (bound || kube::beingDeleted(pod)) context.enqueue(name(), kube::nameOf(pod));
  });
  context.watch(kNodes);
  context.watch(kClaims, [&context, this](const kube::Change& change) {
    if (!change.after || change.after->get("status", "phase").asString() != "Bound") return;
    for (const auto& pod : context.podsUsingClaim(kube::nameOf(*change.after)))
      context.enqueue(name(), kube::nameOf(pod));
  });
}

Result<std::optional<Nanos>> Kubelet::reconcile(Context& context, const ObjectName& key) {
  auto pod = context.mirror(kPods).get(key);
  if (!pod) return std::optional<Nanos>();
  return Look(context, std::move(*pod), name()).run();
}

}  // namespace puppis::nodes
