// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "cli/app_status.h"
#include "cli/cluster.h"
#include "cli/delivery.h"
#include "cli/output.h"
#include "cli/outside.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "controller/types.h"
#include "controller/wish.h"
#include "kube/object.h"
#include "oam/runtime.h"
#include "render/render.h"

namespace puppis::cli {

using data::Value;

namespace {

class Up final : public Command {
 public:
  void declare(Options& options) override {
    options.list(files_, "-f,--file",
                 "The Application, and the policies and workflows it refers to; - is standard input");
    cluster_.declare(options);
    options.flag(wait_, "-w,--wait", "Wait until it is healthy, and show the progress");
    options.text(timeout_, "--timeout", "With --wait: give up after this time");
    options.flag(strict_, "--strict",
                 "Take warnings for errors, parameters that are not declared among them");
    options.text(publishVersion_, "-v,--publish-version", "The version that this run publishes");
  }

  Result<int> run(Context& context) override {
    if (files_.empty()) files_ = {"app.yaml"};
    TRY(Nanos timeout, parseDuration(timeout_));
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    auto runtime = oam::makeRuntime();
    TRY(auto catalog, clusterCatalog(cluster->client(), cluster->ns(), runtime));
    oam::Diagnostics diagnostics;
    TRY(auto files, readApplication(context, files_, *catalog, diagnostics));
    Value object = files.application.object;
    if (kube::namespaceOf(object).empty()) object["metadata"].set("namespace", cluster->ns());
    if (!publishVersion_.empty()) kube::setAnnotation(object, "app.oam.dev/publishVersion", publishVersion_);
    TRY_VOID(validate(context, cluster->client(), runtime, files, object, *catalog, diagnostics));
    TRY_VOID(settle(context, diagnostics, strict_));
    auto change = applyObject(cluster->client(), controller::kApplications, object);
    if (!change) return fail(orInstall(change.error()));
    context.err << "application " << kube::nameOf(object).str() << " " << changeWord(*change) << "\n";
    if (!wait_) return 0;
    TRY_VOID(waitHealthy(context, cluster->client(), kube::nameOf(object), timeout));
    return 0;
  }

 private:
  /// Renders it as the controller will, so that what is wrong is said here, with its place, and nothing is
  /// applied.
  static Status validate(Context& context, kube::Client& client, const std::shared_ptr<cue::Runtime>& runtime,
                         const oam::ApplicationFiles& files, const Value& object, const oam::Catalog& catalog,
                         oam::Diagnostics& diagnostics) {
    Outside outside(&client);
    auto engine = controller::makeEngine(runtime, &outside);
    kube::RestMapper mapper(client);
    deliver::Owner owner{kube::namespaceOf(object), kube::name(object), ""};
    TRY(auto version, controller::clusterVersionOf(client));
    render::Renderer(runtime).checkParameters(files.application, catalog, {}, diagnostics);
    auto wish = controller::makeWish(*engine, client, mapper, files, catalog, owner,
                                     kube::name(object) + "-v1", version);
    if (!wish) {
      diagnostics.add(wish.error());
      return {};
    }
    for (Error& warning : wish->warnings) diagnostics.warn(std::move(warning));
    for (const auto& one : wish->desired) {
      if (!one.hold.empty()) {
        context.err << painted("warning: ", "yellow", context.colourErr)
                    << deliver::ObjectId::of(one.object).str() << ": " << one.hold << "\n";
      }
    }
    return {};
  }

  static Status waitHealthy(Context& context, kube::Client& client, const kube::ObjectName& name,
                            Nanos timeout) {
    std::string shown;
    Nanos began = context.clock.monotonic();
    auto step = [&](const Value& application) -> Result<bool> {
      if (application.isNull()) return fail(ErrorCode::NotFound, "the application was deleted");
      std::string line = progressLine(application);
      if (line != shown) context.err << "  " << line << std::endl;
      shown = line;
      const Value& status = application.get("status");
      if (status.get("observedGeneration").asInt() < kube::generation(application)) return false;
      const std::string& phase = status.get("status").asString();
      if (phase == "rendering" || phase == "workflowFailed" || phase == "workflowTerminated") {
        for (const auto& condition : status.get("conditions").elements()) {
          if (condition.get("status").asString() == "False" && condition.has("message")) {
            return fail(ErrorCode::Invalid, condition.get("message").asString());
          }
        }
      }
      return phase == "running";
    };
    TRY_VOID(follow(context, client, controller::kApplications, name, timeout, step));
    auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.monotonic() - began).count();
    context.err << painted("running", "green", context.colourErr) << " after " << took / 1000 << "."
                << took % 1000 / 100 << " s\n";
    return {};
  }

  std::vector<std::string> files_;
  ClusterFlags cluster_;
  bool wait_ = false;
  bool strict_ = false;
  std::string timeout_ = "10m";
  std::string publishVersion_;
};

}  // namespace

Verb upVerb() {
  return {"up", "Deliver an Application, after checking all of it",
          "puppis up -f app.yaml\npuppis up -f app.yaml --wait\ncat app.yaml | puppis up -f - -n staging",
          []() -> std::unique_ptr<Command> { return std::make_unique<Up>(); }};
}

}  // namespace puppis::cli
