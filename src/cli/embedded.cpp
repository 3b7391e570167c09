// SPDX-License-Identifier: Apache-2.0
#include "cli/embedded.h"

#include "base/files.h"
#include "cli/gate.h"
#include "cli/install_definitions.h"
#include "cli/outside.h"
#include "controller/controller.h"
#include "controller/crds.h"
#include "nodes/nodes.h"
#include "oam/catalog.h"
#include "oam/runtime.h"

namespace puppis::cli {

namespace {

constexpr const char* kAgent = "puppis-controller";

Status makeNamespace(kube::Client& client, const std::string& name) {
  data::Value object = data::Value::object(
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", data::Value::object({{"name", name}})}});
  auto made = client.create({"", "v1", "namespaces"}, "", object);
  if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
  return {};
}

class WholePlane final : public EmbeddedPlane {
 public:
  ~WholePlane() override {
    if (applications_) applications_->stop();
    applications_.reset();
    deliverer_.reset();
    workloads_.reset();
    mover_.reset();
    if (server_) server_->stop();
    gate_->set(nullptr);
  }

  Status open(Context& context, EmbeddedOptions options) {
    options.server.manifests = controller::crdManifests();
    options.server.prepare = [this](apiserver::Api& api) { Gate::addTo(api, gate_); };
    options.server.fill = [&options](kube::Client& client) -> Status {
      TRY_VOID(installDefinitions(client, false));
      if (!options.controller) return {};
      return makeNamespace(client, controller::ControllerOptions{}.systemNamespace);
    };
    TRY(server_, apiserver::Server::start(options.server,
                                          {context.files, context.clock, context.random, context.log}));
    const std::string& folder = options.server.dataDirectory;
    if (!folder.empty()) TRY_VOID(context.files.write(kubeconfigIn(folder), server_->kubeconfig(), 0600));
    auto runtime = oam::makeRuntime();
    auto builtIn = std::make_shared<oam::BuiltInCatalog>(runtime);
    reader_ = server_->client("puppis-admission");
    gate_->set(std::make_shared<controller::Gatekeeper>(*reader_, runtime, builtIn,
                                                        controller::ControllerOptions{}.systemNamespace));
    mover_ = server_->client("puppis-nodes");
    if (options.nodes > 0) {
      nodes::Options simulated;
      simulated.nodes = static_cast<int>(options.nodes);
      workloads_ =
          std::make_unique<nodes::Nodes>(*mover_, context.clock, context.random, context.log, simulated);
      TRY_VOID(workloads_->start());
    }
    if (!options.controller) return {};
    deliverer_ = server_->client(kAgent);
    outside_ = std::make_unique<Outside>(reader_.get());
    engine_ = controller::makeEngine(runtime, outside_.get());
    controller::ControllerOptions deliveries;
    deliveries.registerWith = runtime;
    applications_ = std::make_unique<controller::Controller>(*deliverer_, context.clock, context.log,
                                                             *engine_, builtIn, deliveries);
    return applications_->start();
  }

  apiserver::Server& server() override { return *server_; }

 private:
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::unique_ptr<apiserver::Server> server_;
  std::unique_ptr<kube::Client> reader_;
  std::unique_ptr<kube::Client> mover_;
  std::unique_ptr<nodes::Nodes> workloads_;
  std::unique_ptr<kube::Client> deliverer_;
  std::unique_ptr<Outside> outside_;
  std::unique_ptr<controller::Engine> engine_;
  std::unique_ptr<controller::Controller> applications_;
};

}  // namespace

Result<std::unique_ptr<EmbeddedPlane>> EmbeddedPlane::start(Context& context, EmbeddedOptions options) {
  auto plane = std::make_unique<WholePlane>();
  TRY_VOID(plane->open(context, std::move(options)));
  return std::unique_ptr<EmbeddedPlane>(std::move(plane));
}

Result<std::string> defaultDataDirectory(const Context& context) {
  auto home = context.environment("HOME");
  if (!home)
    return fail(ErrorCode::InvalidArgument,
                "no --data-dir given, and HOME is not set; give one, or --in-memory");
  return *home + "/.puppis/data";
}

std::string kubeconfigIn(const std::string& dataDirectory) {
  return dataDirectory + "/kubeconfig";
}

}  // namespace puppis::cli
