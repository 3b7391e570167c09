// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "cli/cluster.h"
#include "cli/delivery.h"
#include "cli/install_definitions.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/webhook.h"
#include "controller/crds.h"
#include "controller/types.h"
#include "kube/object.h"

namespace puppis::cli {

using data::Value;

namespace {

const kube::Gvr kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
constexpr Nanos kEstablished = std::chrono::seconds(60);
constexpr Nanos kPoll = std::chrono::milliseconds(100);

bool established(const Value& crd) {
  for (const auto& condition : crd.get("status", "conditions").elements()) {
    if (condition.get("type").asString() == "Established")
      return condition.get("status").asString() == "True";
  }
  return false;
}

class Install final : public Command {
 public:
  void declare(Options& options) override {
    cluster_.declare(options);
    options.flag(override_, "--override-definitions",
                 "Replace definitions of the same names that something else installed");
    options.flag(crdsOnly_, "--crds-only", "Only the custom resource definitions");
  }

  Result<int> run(Context& context) override {
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    TRY_VOID(installCrds(context, cluster->client()));
    if (crdsOnly_) return 0;
    TRY(DefinitionsInstalled done, installDefinitions(cluster->client(), override_));
    context.err << done.all << " definitions, " << done.changed << " of them changed";
    if (done.left > 0) {
      context.err << ", " << done.left
                  << " of others left as they are (--override-definitions replaces them)";
    }
    context.err << "\n";
    context.err << "installed; `puppis controller` delivers Applications from now on\n";
    return 0;
  }

 private:
  static Status installCrds(Context& context, kube::Client& client) {
    TRY(auto crds, controller::customResourceDefinitions());
    std::size_t changed = 0;
    for (auto& crd : crds) {
      kube::setLabel(crd, kManagedBy, "puppis");
      TRY(Change change, applyObject(client, kCrds, crd));
      if (change != Change::Unchanged) ++changed;
    }
    Nanos deadline = context.clock.monotonic() + kEstablished;
    for (const auto& crd : crds) {
      while (true) {
        TRY(Value live, client.get(kCrds, {"", kube::name(crd)}));
        if (established(live)) break;
        if (context.clock.monotonic() > deadline) {
          return fail(ErrorCode::Timeout, "the cluster does not serve " + kube::name(crd) + " yet");
        }
        context.clock.sleep(kPoll);
      }
    }
    context.err << crds.size() << " custom resource definitions, " << changed << " of them changed\n";
    return {};
  }

  ClusterFlags cluster_;
  bool override_ = false;
  bool crdsOnly_ = false;
};

class Uninstall final : public Command {
 public:
  void declare(Options& options) override {
    cluster_.declare(options);
    options.flag(force_, "--force",
                 "Even while there are Applications; their objects are then left without a keeper");
  }

  Result<int> run(Context& context) override {
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    kube::Client& client = cluster->client();
    auto applications = kube::listAll(client, controller::kApplications, "");
    if (applications && !applications->items.empty() && !force_) {
      return fail(Error(ErrorCode::Conflict, "there are still " + std::to_string(applications->items.size()) +
                                                 " Applications, " +
                                                 kube::nameOf(applications->items[0]).str() + " for one")
                      .expected("delete them first, or say --force"));
    }
    TRY_VOID(removeWebhook(client));
    kube::ListOptions ours;
    ours.labelSelector = std::string(kManagedBy) + "=puppis";
    TRY(auto crds, kube::listAll(client, kCrds, "", ours));
    for (const auto& crd : crds.items) {
      kube::DeleteOptions options;
      options.uid = kube::uid(crd);
      TRY_VOID(client.remove(kCrds, {"", kube::name(crd)}, options));
      context.err << kube::name(crd) << " deleted\n";
    }
    return 0;
  }

 private:
  ClusterFlags cluster_;
  bool force_ = false;
};

}  // namespace

Verb installVerb() {
  return {"install", "Put the custom resource definitions and the built-in definitions into a cluster",
          "puppis install\npuppis install --context staging",
          []() -> std::unique_ptr<Command> { return std::make_unique<Install>(); }};
}

Verb uninstallVerb() {
  return {"uninstall", "Take out of a cluster what install put there", "puppis uninstall",
          []() -> std::unique_ptr<Command> { return std::make_unique<Uninstall>(); }};
}

}  // namespace puppis::cli
