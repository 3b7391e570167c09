// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"
#include "cli/outside.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "data/yaml.h"
#include "render/render.h"
#include "render/whole.h"

namespace puppis::cli {

namespace {

class DryRun final : public Command {
 public:
  void declare(Options& options) override {
    options.list(files_, "-f,--file",
                 "The Application, and the policies and workflows it refers to; - is standard input");
    options.list(definitions_, "-d,--definition",
                 "A definition's file, or a directory of them; goes before the built-in ones");
    options.text(namespace_, "-n,--namespace", "The namespace, when the Application gives none");
    options.flag(offline_, "--offline",
                 "Ask no cluster (a dry run never does; kept for KubeVela's command lines)");
    options.flag(placed_, "--placed",
                 "Put objects into the namespaces that topology policies name, as applying does (KubeVela's "
                 "dry run does not)");
    options.flag(fetch_, "--fetch", "Let templates fetch the URLs they ask for (processing.http, vela/http)");
    options.flag(strict_, "--strict",
                 "Take warnings for errors, parameters that are not declared among them");
    declareFormat(options, format_, {"yaml", "json"});
  }

  Result<int> run(Context& context) override {
    if (files_.empty()) files_ = {"app.yaml"};
    TRY(Definitions definitions, loadDefinitions(context, definitions_));
    std::vector<std::shared_ptr<const SourceFile>> sources;
    for (const std::string& file : files_) {
      TRY(auto source, readSource(context, file));
      sources.push_back(std::move(source));
    }
    oam::Diagnostics diagnostics;
    auto isTrait = [&](std::string_view name) {
      return definitions.catalog->find(oam::DefinitionKind::Trait, name).has_value();
    };
    TRY(oam::ApplicationFiles files, oam::readApplicationFiles(sources, isTrait, diagnostics));
    render::Renderer renderer(definitions.runtime);
    auto one = [&renderer](const oam::Application& application, const oam::Catalog& catalog,
                           const render::RenderContext& where) {
      return renderer.render(application, catalog, where);
    };
    Outside outside(nullptr);
    render::RenderContext target;
    target.cluster = "local";
    if (fetch_) target.world = &outside;
    target.namespace_ = namespace_;
    target.strict = strict_;
    renderer.checkParameters(files.application, *definitions.catalog, target, diagnostics);

    // A document that was fetched from a cluster knows its revision.
    target.appRevision = files.application.object.get("status", "latestRevision", "name").asString();
    std::vector<render::RenderedDeployment> rendered =
        render::renderWhole(one, files, *definitions.catalog, target, render::lookUpIn(definitions.others),
                            placed_ ? render::Placing::AsApplied : render::Placing::AsWritten, diagnostics);
    TRY_VOID(settle(context, diagnostics, strict_));
    if (format_ == "json") {
      std::vector<data::Value> all;
      for (const auto& [deployment, made] : rendered) {
        for (data::Value& object : made.objects()) all.push_back(std::move(object));
      }
      printAll(context, all, "json");
      return 0;
    }
    for (const auto& [deployment, made] : rendered) printParts(context, deployment.title, made);
    return 0;
  }

 private:
  static void printParts(Context& context, const std::string& title, const render::Rendered& rendered) {
    for (const render::RenderedComponent& component : rendered.components) {
      context.out << "---\n# Application(" << title << ") -- Component(" << component.name << ")\n";
      for (const render::Resource& resource : component.resources) {
        context.out << "---\n";
        if (resource.traitType == "AuxiliaryWorkload") {
          context.out << "## From the auxiliary workload\n";
        } else if (!resource.traitType.empty()) {
          context.out << "## From the trait " << resource.traitType << "\n";
        }
        context.out << data::toYaml(resource.object.sorted());
      }
    }
    for (const render::RenderedPolicy& policy : rendered.policies) {
      context.out << "---\n# Application(" << title << ") -- Policy(" << policy.name << ")\n";
      for (const data::Value& object : policy.objects)
        context.out << "---\n" << data::toYaml(object.sorted());
    }
  }

  std::vector<std::string> files_;
  std::vector<std::string> definitions_;
  std::string namespace_;
  bool offline_ = false;
  bool placed_ = false;
  bool fetch_ = false;
  bool strict_ = false;
  std::string format_ = "yaml";
};

}  // namespace

Verb dryRunVerb() {
  return {"dry-run", "Show the Kubernetes objects an Application becomes, without any cluster",
          "puppis dry-run -f app.yaml\npuppis dry-run -f app.yaml --strict\npuppis dry-run -f app.yaml -d "
          "my-definitions/ -o json",
          []() -> std::unique_ptr<Command> { return std::make_unique<DryRun>(); }};
}

}  // namespace puppis::cli
