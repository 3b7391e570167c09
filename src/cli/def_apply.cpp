// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster.h"
#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "oam/runtime.h"
#include "render/vetting.h"

namespace puppis::cli {

namespace {

class DefApply final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH", "Definitions, or directories of them; - reads standard input", true);
    cluster_.declare(options);
    options.flag(dryRun_, "--dry-run", "Check, and print the objects; change nothing");
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    render::Templates templates(runtime);
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files, readDefinitionFiles(context, paths_, *runtime, diagnostics));
    // What is checked is the whole; what is registered is what the author wrote.
    std::vector<DefinitionFile> whole = files;
    inheritDefinitions(whole, runtime, diagnostics);
    for (const DefinitionFile& file : whole) render::vetDefinition(*file.definition, templates, diagnostics);
    // All or nothing: a fault in one file leaves the cluster as it is.
    if (!printFaults(context, diagnostics)) return exitCode(ErrorCode::Invalid);
    std::string ns = cluster_.ns.empty() ? std::string(kSystemNamespace) : cluster_.ns;
    if (dryRun_) {
      std::vector<data::Value> objects;
      for (const DefinitionFile& file : files) {
        data::Value object = file.definition->object;
        object["metadata"].set("namespace", ns);
        objects.push_back(std::move(object));
      }
      printAll(context, objects, "yaml");
      return 0;
    }
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    for (const DefinitionFile& file : files) {
      TRY(Applied applied, applyDefinition(cluster->client(), file.definition->object, ns, false));
      context.out << file.definition->title() << " " << appliedWord(applied) << " in namespace " << ns
                  << '\n';
    }
    return 0;
  }

 private:
  std::vector<std::string> paths_;
  ClusterFlags cluster_;
  bool dryRun_ = false;
};

}  // namespace

Verb defApplyVerb() {
  return {"def apply", "Check definitions and register them",
          "puppis def apply my.cue\npuppis def apply definitions/ --dry-run",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefApply>(); }};
}

}  // namespace puppis::cli
