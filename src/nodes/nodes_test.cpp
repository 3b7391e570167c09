// SPDX-License-Identifier: Apache-2.0
#include "nodes/nodes.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "data/json.h"
#include "kube/memory_client.h"
#include "kube/object.h"
#include "nodes/cron.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

/// The double of an API, with the three things of a real one that workloads need: defaults of pods, binding,
/// and StatefulSets or Deployments whose owner is gone go too.
class Lab final : public kube::Client {
 public:
  Lab(Clock& clock, Random& random) : memory(clock, random) {}
  kube::MemoryClient memory;

  Result<Value> get(const Gvr& t, const ObjectName& n, const kube::GetOptions& o = {}) override {
    return memory.get(t, n, o);
  }
  Result<kube::List> list(const Gvr& t, const std::string& ns, const kube::ListOptions& o = {}) override {
    return memory.list(t, ns, o);
  }
  Result<std::unique_ptr<kube::Subscription>> watch(const Gvr& t, const std::string& ns, kube::WatchHandler h,
                                                    const kube::WatchOptions& o = {}) override {
    return memory.watch(t, ns, std::move(h), o);
  }
  Result<Value> create(const Gvr& t, const std::string& ns, const Value& object,
                       const kube::WriteOptions& o = {}) override {
    if (o.subresource == "binding") {
      Value body = Value::object({{"spec", Value::object({{"nodeName", object.get("target", "name")}})}});
      return memory.patch(t, {ns, kube::name(object)}, kube::PatchType::Merge, body);
    }
    Value whole = object;
    if (t == kPods) {
      whole["status"].set("phase", "Pending");
      whole["spec"].set("schedulerName", "default-scheduler");
      if (whole.get("spec", "restartPolicy").isNull()) whole["spec"].set("restartPolicy", "Always");
    }
    return memory.create(t, ns, whole, o);
  }
  Result<Value> update(const Gvr& t, const ObjectName& n, const Value& object,
                       const kube::WriteOptions& o = {}) override {
    return memory.update(t, n, object, o);
  }
  Result<Value> patch(const Gvr& t, const ObjectName& n, kube::PatchType k, const Value& body,
                      const kube::PatchOptions& o = {}) override {
    return memory.patch(t, n, k, body, o);
  }
  Result<Value> remove(const Gvr& t, const ObjectName& n, const kube::DeleteOptions& o = {}) override {
    return memory.remove(t, n, o);
  }
  Result<Value> removeCollection(const Gvr& t, const std::string& ns, const kube::ListOptions& w,
                                 const kube::DeleteOptions& o = {}) override {
    return memory.removeCollection(t, ns, w, o);
  }
  Result<kube::RawResponse> raw(const kube::RawRequest& r) override { return memory.raw(r); }
  Result<std::unique_ptr<kube::Subscription>> stream(const kube::RawRequest& r,
                                                     kube::StreamHandler h) override {
    return memory.stream(r, std::move(h));
  }
};

Options quiet(int nodes = 3) {
  Options options;
  options.nodes = nodes;
  options.events = false;
  return options;
}

/// One simulated cluster on one thread and one clock.
class Sim {
 public:
  explicit Sim(Options options = quiet(), std::uint64_t seed = 1)
      : random(seed), lab(clock, random), nodes(lab, clock, random, log, std::move(options)) {
    settle(std::chrono::seconds(1));
  }

  /// Runs until `time` has passed, jumping from one due moment to the next; `each` is called after every
  /// step.
  void settle(Nanos time, const std::function<void()>& each = {}) {
    Nanos end = clock.now() + time;
    for (int guard = 0; guard < 100'000; ++guard) {
      auto wait = nodes.step();
      if (each) each();
      Nanos left = end - clock.now();
      if (left <= Nanos::zero()) return;
      clock.advance(wait ? std::min(std::max<Nanos>(*wait, Nanos(1)), left) : left);
    }
    ADD_FAILURE() << "never comes to rest";
  }

  void apply(const Gvr& type, const char* json) {
    Value object = *data::parseJson(std::string_view(json));
    auto made = lab.create(type, "default", object);
    ASSERT_TRUE(made.has_value()) << made.error().str();
  }
  Value get(const Gvr& type, const std::string& name) {
    return lab.get(type, {"default", name}).value_or(Value());
  }
  std::vector<Value> all(const Gvr& type) { return lab.list(type, "default")->items; }

  ManualClock clock;
  SeededRandom random;
  NullLog log;
  Lab lab;
  Nodes nodes;
};

constexpr const char* kDeployment =
    R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default"},
  "spec":{"replicas":4,"selector":{"matchLabels":{"app":"web"}},"progressDeadlineSeconds":600,"revisionHistoryLimit":2,
  "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}},
  "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"nginx:1"}]}}}})";

void setImage(Sim& sim, const char* image) {
  Value container = Value::object({{"name", "a"}, {"image", image}});
  Value spec = Value::object(
      {{"template", Value::object({{"spec", Value::object({{"containers", Value::array({container})}})}})}});
  ASSERT_TRUE(
      sim.lab.patch(kDeployments, {"default", "web"}, kube::PatchType::Merge, Value::object({{"spec", spec}}))
          .has_value());
}

TEST(Deployment, BecomesAvailableAndSaysSo) {
  Sim sim;
  sim.apply(kDeployments, kDeployment);
  sim.settle(std::chrono::seconds(5));
  Value web = sim.get(kDeployments, "web");
  EXPECT_EQ(web.get("status", "availableReplicas").asInt(), 4);
  EXPECT_EQ(web.get("status", "updatedReplicas").asInt(), 4);
  EXPECT_TRUE(conditionTrue(web, "Available"));
  EXPECT_EQ(condition(web, "Progressing").get("reason").asString(), "NewReplicaSetAvailable");
  EXPECT_EQ(kube::annotation(web, "deployment.kubernetes.io/revision"), "1");
  for (const auto& pod : sim.all(kPods))
    EXPECT_TRUE(conditionTrue(pod, kSimulatedLabel)) << "a status must say that the node is simulated";
}

TEST(Deployment, RollsOverWithinItsBounds) {
  Sim sim;
  sim.apply(kDeployments, kDeployment);
  sim.settle(std::chrono::seconds(5));
  setImage(sim, "nginx:2");
  std::size_t most = 0;
  std::int64_t least = 4;
  sim.settle(std::chrono::seconds(30), [&] {
    std::vector<Value> pods = sim.all(kPods);
    most = std::max(most, pods.size());
    least = std::min<std::int64_t>(least, std::count_if(pods.begin(), pods.end(), podReady));
  });
  EXPECT_LE(most, 5U);
  EXPECT_GE(least, 3);
  for (const auto& pod : sim.all(kPods))
    EXPECT_EQ(pod.get("spec", "containers").at(0).get("image").asString(), "nginx:2");
  EXPECT_EQ(kube::annotation(sim.get(kDeployments, "web"), "deployment.kubernetes.io/revision"), "2");
  setImage(sim, "nginx:1");  // back again: the first ReplicaSet is used anew, as revision 3
  sim.settle(std::chrono::seconds(30));
  EXPECT_EQ(sim.all(kReplicaSets).size(), 2U);
  EXPECT_EQ(kube::annotation(sim.get(kDeployments, "web"), "deployment.kubernetes.io/revision"), "3");
}

TEST(Deployment, StuckRolloutExceedsItsDeadlineAndKeepsTheOldPods) {
  Sim sim;
  sim.apply(kDeployments, kDeployment);
  sim.settle(std::chrono::seconds(5));
  setImage(sim, "nginx:fail");
  sim.settle(std::chrono::minutes(12));
  Value web = sim.get(kDeployments, "web");
  EXPECT_EQ(condition(web, "Progressing").get("reason").asString(), "ProgressDeadlineExceeded");
  EXPECT_GE(web.get("status", "availableReplicas").asInt(), 3);
}

TEST(StatefulSet, StartsItsPodsInOrderAndBindsTheirClaims) {
  Sim sim;
  sim.apply(
      kStatefulSets,
      R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"default"},"spec":{
    "replicas":3,"serviceName":"db","podManagementPolicy":"OrderedReady","revisionHistoryLimit":2,"selector":{"matchLabels":{"app":"db"}},
    "updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},
    "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"a","image":"pg:1"}]}},
    "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}})");
  sim.settle(std::chrono::seconds(10), [&] {
    std::vector<Value> pods = sim.all(kPods);  // by name: db-0, db-1, ...
    for (std::size_t i = 0; i + 1 < pods.size(); ++i)
      EXPECT_TRUE(podReady(pods[i])) << kube::name(pods[i]) << " was not ready before its successor came";
  });
  EXPECT_EQ(sim.get(kStatefulSets, "db").get("status", "readyReplicas").asInt(), 3);
  for (auto name : {"data-db-0", "data-db-1", "data-db-2"})
    EXPECT_EQ(sim.get(kClaims, name).get("status", "phase").asString(), "Bound");
}

TEST(Job, CompletesOrFails) {
  Sim sim;
  sim.apply(
      kJobs,
      R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"good","namespace":"default"},"spec":{"parallelism":2,
    "completions":3,"backoffLimit":6,"completionMode":"Indexed",
    "template":{"metadata":{"labels":{"j":"g"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"x:1"}]}}}})");
  sim.apply(
      kJobs,
      R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"bad","namespace":"default"},"spec":{"parallelism":1,
    "completions":1,"backoffLimit":1,
    "template":{"metadata":{"labels":{"j":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"x:fail"}]}}}})");
  sim.settle(std::chrono::minutes(2));
  EXPECT_TRUE(conditionTrue(sim.get(kJobs, "good"), "Complete"));
  EXPECT_EQ(sim.get(kJobs, "good").get("status", "completedIndexes").asString(), "0-2");
  EXPECT_EQ(condition(sim.get(kJobs, "bad"), "Failed").get("reason").asString(), "BackoffLimitExceeded");
  EXPECT_EQ(sim.get(kJobs, "bad").get("status", "failed").asInt(), 2);
}

TEST(CronJob, StartsAJobEachTimeItIsDue) {
  Sim sim;
  sim.apply(
      kCronJobs,
      R"({"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"tick","namespace":"default"},"spec":{
    "schedule":"*/2 * * * *","concurrencyPolicy":"Allow","successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1,"jobTemplate":{"spec":{
    "parallelism":1,"completions":1,"backoffLimit":6,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"x:1"}]}}}}}})");
  sim.settle(std::chrono::minutes(5));
  std::size_t jobs = sim.all(kJobs).size();
  EXPECT_GE(jobs, 2U);
  EXPECT_LE(jobs, 3U);
  sim.settle(std::chrono::minutes(60));
  EXPECT_EQ(sim.all(kJobs).size(), 3U) << "history is limited";
}

TEST(Pods, CrashLoopBacksOff) {
  Sim sim;
  sim.apply(
      kPods,
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default"},"spec":{"containers":[{"name":"a","image":"x:fail"}]}})");
  sim.settle(std::chrono::minutes(3));
  const Value status = sim.get(kPods, "p").get("status", "containerStatuses").at(0);
  EXPECT_EQ(status.get("state", "waiting", "reason").asString(), "CrashLoopBackOff");
  EXPECT_EQ(status.get("restartCount").asInt(), 4);  // after 10, 20, 40 and 80 s
}

TEST(Scheduler, RespectsCapacityAndTellsWhy) {
  Options options = quiet(1);
  options.cpu = "2";
  Sim sim(options);
  auto pod = [](const char* name) {
    return std::string(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")") + name +
           R"(","namespace":"default"},"spec":{"containers":[{"name":"a","image":"x","resources":{"requests":{"cpu":"1500m"}}}]}})";
  };
  sim.apply(kPods, pod("a").c_str());
  sim.apply(kPods, pod("b").c_str());
  sim.settle(std::chrono::seconds(2));
  bool first = podReady(sim.get(kPods, "a"));
  std::string running = first ? "a" : "b";
  std::string waiting = first ? "b" : "a";
  EXPECT_TRUE(podReady(sim.get(kPods, running)));
  EXPECT_EQ(condition(sim.get(kPods, waiting), "PodScheduled").get("message").asString(),
            "0/1 nodes are available: 1 Insufficient cpu.");
  ASSERT_TRUE(sim.lab.remove(kPods, {"default", running}).has_value());
  sim.settle(std::chrono::seconds(2));
  EXPECT_TRUE(podReady(sim.get(kPods, waiting)));
}

TEST(Endpoints, ListTheReadyPods) {
  Sim sim;
  sim.apply(kDeployments, kDeployment);
  sim.apply(
      kServices,
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},"spec":{"type":"ClusterIP",
    "selector":{"app":"web"},"ports":[{"port":80,"protocol":"TCP","targetPort":8080}]}})");
  sim.settle(std::chrono::seconds(5));
  EXPECT_EQ(sim.get(kEndpoints, "web").get("subsets").at(0).get("addresses").size(), 4U);
  ASSERT_EQ(sim.all(kEndpointSlices).size(), 1U);
  EXPECT_EQ(sim.all(kEndpointSlices)[0].get("ports").at(0).get("port").asInt(), 8080);
}

TEST(Nodes, IdleNodesCostNothing) {
  Sim sim(quiet(1000));
  sim.apply(kDeployments, kDeployment);
  sim.settle(std::chrono::seconds(5));
  sim.lab.memory.forgetCalls();
  sim.settle(std::chrono::hours(24));
  EXPECT_EQ(sim.lab.memory.calls().size(), 0U);
  EXPECT_FALSE(sim.nodes.step().has_value()) << "something is still due";
}

TEST(Nodes, TheSameSeedMakesTheSameHistory) {
  auto history = [] {
    Options options = quiet();
    options.failureRate = 0.3;
    Sim sim(options, 42);
    sim.apply(kDeployments, kDeployment);
    sim.settle(std::chrono::minutes(1));
    std::string out;
    for (const auto& call : sim.lab.memory.calls())
      out += call.verb + " " + call.type.resource + " " + call.name.str() + "\n";
    return out;
  };
  EXPECT_EQ(history(), history());
}

TEST(Cron, FindsTheNextTime) {
  Nanos start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 30).time_since_epoch() +
                std::chrono::hours(23) + std::chrono::minutes(59);
  auto next = [&](const char* text) {
    auto cron = Cron::parse(text);
    return cron && cron->next(start) ? formatRfc3339(*cron->next(start)) : "none";
  };
  EXPECT_EQ(next("* * * * *"), "2026-01-31T00:00:00Z");
  EXPECT_EQ(next("30 4 * * *"), "2026-01-31T04:30:00Z");
  EXPECT_EQ(next("0 0 1 * *"), "2026-02-01T00:00:00Z");
  EXPECT_EQ(next("0 12 * * mon-fri"), "2026-02-02T12:00:00Z");
  EXPECT_EQ(next("0 0 13 * fri"), "2026-02-06T00:00:00Z");  // the 13th or a Friday
  EXPECT_EQ(next("0 0 29 2 *"), "2028-02-29T00:00:00Z");
  EXPECT_EQ(next("@hourly"), "2026-01-31T00:00:00Z");
  EXPECT_EQ(next("0 0 30 2 *"), "none");
  EXPECT_FALSE(Cron::parse("61 * * * *").has_value());
  EXPECT_FALSE(Cron::parse("* * *").has_value());
}

}  // namespace
}  // namespace puppis::nodes
