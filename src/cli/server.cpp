// SPDX-License-Identifier: Apache-2.0
#include "apiserver/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <malloc.h>

#include "base/strings.h"
#include "cli/gate.h"
#include "cli/install_definitions.h"
#include "cli/listen.h"
#include "cli/output.h"
#include "cli/outside.h"
#include "cli/verbs.h"
#include "controller/controller.h"
#include "controller/crds.h"
#include "nodes/nodes.h"
#include "oam/catalog.h"
#include "oam/runtime.h"

namespace puppis::cli {

namespace {

class Serve final : public Command {
 public:
  void declare(Options& options) override {
    options.flag(inMemory_, "--in-memory", "keep everything in memory; nothing is left behind");
    options.text(dataDirectory_, "--data-dir",
                 "where the store and the certificates are kept (default ~/.puppis/data)");
    options.text(listen_, "--listen", "HOST:PORT to listen on; port 0 picks a free one");
    options.text(kubeconfig_, "--kubeconfig", "write a kubeconfig for this server to FILE");
    options.number(nodes_, "--nodes",
                   "how many simulated nodes act out workloads; 0 runs no workloads at all");
    options.flag(noController_, "--no-controller", "leave Applications to a controller that runs elsewhere");
    options.flag(
        noFsync_, "--no-fsync",
        "answer before the disk has the data: faster, and a crash of the machine may lose the newest writes");
  }

  Result<int> run(Context& context) override {
    keepMemoryLow();
    apiserver::ServerConfig config;
    TRY(Listen listen, parseListen(listen_, "--listen"));
    config.address = std::move(listen.address);
    config.port = listen.port;
    config.fsync = !noFsync_;
    config.manifests = controller::crdManifests();
    if (!inMemory_) {
      config.dataDirectory = dataDirectory_;
      if (config.dataDirectory.empty()) {
        auto home = context.environment("HOME");
        if (!home)
          return fail(ErrorCode::InvalidArgument,
                      "no --data-dir given, and HOME is not set; give one, or --in-memory");
        config.dataDirectory = *home + "/.puppis/data";
      }
    }
    auto gate = std::make_shared<Gate>();
    config.prepare = [&gate](apiserver::Api& api) { Gate::addTo(api, gate); };
    TRY(auto server,
        apiserver::Server::start(config, {context.files, context.clock, context.random, context.log}));
    std::unique_ptr<kube::Client> deliverer = server->client("puppis-controller");
    TRY_VOID(installDefinitions(*deliverer, false));
    auto runtime = oam::makeRuntime();
    auto builtIn = std::make_shared<oam::BuiltInCatalog>(runtime);
    std::unique_ptr<kube::Client> reader = server->client("puppis-admission");
    gate->set(std::make_shared<controller::Gatekeeper>(*reader, runtime, builtIn,
                                                       controller::ControllerOptions{}.systemNamespace));
    std::string address = config.address + ":" + std::to_string(server->port());
    if (!kubeconfig_.empty()) TRY_VOID(context.files.write(kubeconfig_, server->kubeconfig(), 0600));
    context.err << "serving the Kubernetes API on https://" << address << (inMemory_ ? " (in memory)" : "")
                << std::endl;
    std::unique_ptr<kube::Client> client = server->client("puppis-nodes");
    std::unique_ptr<nodes::Nodes> workloads;
    if (nodes_ > 0) {
      nodes::Options simulated;
      simulated.nodes = static_cast<int>(nodes_);
      workloads =
          std::make_unique<nodes::Nodes>(*client, context.clock, context.random, context.log, simulated);
      TRY_VOID(workloads->start());
    }
    Outside outside(reader.get());
    std::unique_ptr<controller::Engine> engine;
    std::unique_ptr<controller::Controller> applications;
    if (!noController_) {
      TRY_VOID(makeNamespace(*deliverer, controller::ControllerOptions{}.systemNamespace));
      engine = controller::makeEngine(runtime, &outside);
      controller::ControllerOptions options;
      options.registerWith = runtime;
      applications =
          std::make_unique<controller::Controller>(*deliverer, context.clock, context.log, *engine,
                                                   builtIn, options);
      TRY_VOID(applications->start());
    }
    waitForStop(context.stop);
    if (applications) applications->stop();
    applications.reset();
    deliverer.reset();
    workloads.reset();
    client.reset();
    server->stop();
    gate->set(nullptr);
    return 0;
  }

 private:
  /// A server lives long and makes large answers now and then: each goes back to the system at once, and
  /// threads share a few heaps rather than keep one each.
  static void keepMemoryLow() {
    constexpr int kLarge = 128 * 1024;
    mallopt(M_MMAP_THRESHOLD, kLarge);
    mallopt(M_TRIM_THRESHOLD, 8 * kLarge);
    mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
  }

  static Status makeNamespace(kube::Client& client, const std::string& name) {
    data::Value object = data::Value::object(
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", data::Value::object({{"name", name}})}});
    auto made = client.create({"", "v1", "namespaces"}, "", object);
    if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
    return {};
  }

  static void waitForStop(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait(lock, stop, [] { return false; });
  }

  bool inMemory_ = false;
  bool noFsync_ = false;
  bool noController_ = false;
  std::string dataDirectory_;
  std::string listen_ = "127.0.0.1:6443";
  std::string kubeconfig_;
  std::int64_t nodes_ = 3;
};

}  // namespace

Verb serverVerb() {
  return {"server", "Serve the Kubernetes API from this process, with nothing to install",
          "puppis server --in-memory --kubeconfig /tmp/puppis.kubeconfig\npuppis server --data-dir ./data "
          "--listen 127.0.0.1:6443",
          []() -> std::unique_ptr<Command> { return std::make_unique<Serve>(); }, true};
}

}  // namespace puppis::cli
