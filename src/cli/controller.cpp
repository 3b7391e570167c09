// SPDX-License-Identifier: Apache-2.0
#include "controller/controller.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "cli/cluster.h"
#include "cli/listen.h"
#include "cli/outside.h"
#include "cli/verbs.h"
#include "cli/webhook.h"
#include "kube/lease.h"
#include "oam/runtime.h"

namespace puppis::cli {

namespace {

class RunController final : public Command {
 public:
  void declare(Options& options) override {
    cluster_.declare(options);
    options.number(workers_, "--concurrent-reconciles", "Applications worked on at the same time");
    options.number(revisions_, "--application-revision-limit", "Revisions kept of each Application");
    options.text(systemNamespace_, "--system-definition-namespace",
                 "Where definitions for all namespaces live");
    options.text(webhook_, "--webhook",
                 "Also refuse bad definitions and Applications when they are written: HOST:PORT to listen on "
                 "for the API server");
    options.text(webhookHost_, "--webhook-host",
                 "How the API server reaches it; the HOST of --webhook if not given");
    options.flag(elect_, "--enable-leader-election", "Work only while this process holds the lease");
  }

  Result<int> run(Context& context) override {
    std::string watched = cluster_.ns;
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    // Every replica answers the API server, whichever holds the lease.
    std::unique_ptr<Webhook> webhook;
    if (!webhook_.empty()) {
      TRY(webhook, serveWebhook(context, cluster->client()));
    }
    kube::LeaseOptions leaseOptions;
    leaseOptions.ns = systemNamespace_;
    leaseOptions.identity = "puppis-" + context.random.uuid();
    kube::Lease lease(cluster->client(), context.clock, context.log, leaseOptions);
    if (elect_ && !lease.acquire(context.stop)) return 0;
    TRY_VOID(work(context, cluster->client(), watched, lease));
    return 0;
  }

 private:
  Result<std::unique_ptr<Webhook>> serveWebhook(Context& context, kube::Client& client) const {
    TRY(Listen listen, parseListen(webhook_, "--webhook"));
    auto runtime = oam::makeRuntime();
    auto keeper = std::make_shared<controller::Gatekeeper>(
        client, runtime, std::make_shared<oam::BuiltInCatalog>(runtime), systemNamespace_);
    WebhookOptions options;
    options.address = listen.address;
    options.port = listen.port;
    options.host = webhookHost_.empty() ? listen.address : webhookHost_;
    options.systemNamespace = systemNamespace_;
    return Webhook::start(context, client, std::move(keeper), options);
  }

  Status work(Context& context, kube::Client& client, const std::string& watched, kube::Lease& lease) {
    auto runtime = oam::makeRuntime();
    Outside outside(&client);
    auto engine = controller::makeEngine(runtime, &outside);
    controller::ControllerOptions options;
    options.systemNamespace = systemNamespace_;
    options.watchNamespace = watched;
    options.registerWith = runtime;
    options.workers = static_cast<int>(workers_);
    options.revisionLimit = static_cast<int>(revisions_);
    controller::Controller controller(client, context.clock, context.log, *engine,
                                      std::make_shared<oam::BuiltInCatalog>(runtime), options);
    TRY_VOID(controller.start());
    bool lost = false;
    if (elect_) {
      lost = lease.hold(context.stop);
    } else {
      std::mutex mutex;
      std::condition_variable_any wake;
      std::unique_lock lock(mutex);
      wake.wait(lock, context.stop, [] { return false; });
    }
    controller.stop();
    if (lost) return fail(ErrorCode::Unavailable, "the lease went to another process");
    if (elect_) lease.release();
    return {};
  }

  ClusterFlags cluster_;
  std::int64_t workers_ = 4;
  std::int64_t revisions_ = 10;
  std::string systemNamespace_ = "vela-system";
  std::string webhook_;
  std::string webhookHost_;
  bool elect_ = false;
};

}  // namespace

Verb controllerVerb() {
  return {"controller", "Deliver the Applications of a cluster, and keep them as they say",
          "puppis controller\npuppis controller --enable-leader-election\npuppis controller -n team-a",
          []() -> std::unique_ptr<Command> { return std::make_unique<RunController>(); }, true};
}

}  // namespace puppis::cli
