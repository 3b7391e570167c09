// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "data/yaml.h"
#include "render/context_data.h"
#include "render/deployments.h"
#include "render/references.h"
#include "render/render.h"

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
    std::vector<render::Deployment> deployments =
        render::deploymentsOf(files, *definitions.catalog, diagnostics);
    printWarnings(context, diagnostics.warnings);

    render::RenderContext target;
    target.namespace_ = namespace_;
    // A document that was fetched from a cluster knows its revision.
    target.appRevision = files.application.object.get("status", "latestRevision", "name").asString();
    render::ObjectLookup lookup = render::lookUpIn(definitions.others);
    for (render::Deployment& deployment : deployments) {
      deployment.application = render::withReferredObjects(
          deployment.application, render::targetNamespace(deployment.application, target), lookup,
          diagnostics);
    }
    std::vector<render::Rendered> rendered;
    for (const render::Deployment& deployment : deployments) {
      auto one = renderer.render(deployment.application, *definitions.catalog, target);
      if (one) {
        if (rendered.empty()) printWarnings(context, one->warnings);
        rendered.push_back(std::move(*one));
      } else {
        diagnostics.add(one.error());
        break;
      }
    }
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    if (format_ == "json") {
      std::vector<data::Value> all;
      for (const render::Rendered& one : rendered) {
        for (data::Value& object : one.objects()) all.push_back(std::move(object));
      }
      printAll(context, all, "json");
      return 0;
    }
    for (std::size_t i = 0; i < rendered.size(); ++i) printParts(context, deployments[i].title, rendered[i]);
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
  std::string format_ = "yaml";
};

}  // namespace

Verb dryRunVerb() {
  return {"dry-run", "Show the Kubernetes objects an Application becomes, without any cluster",
          "puppis dry-run -f app.yaml\npuppis dry-run -f app.yaml -d my-definitions/ -o json",
          []() -> std::unique_ptr<Command> { return std::make_unique<DryRun>(); }};
}

}  // namespace puppis::cli
