// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster.h"
#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/text_diff.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "oam/authored_text.h"
#include "oam/runtime.h"

namespace puppis::cli {

namespace {

class DefDiff final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH", "Definitions, or directories of them", true);
    cluster_.declare(options);
    options.flag(builtIn_, "--built-in", "Compare with the definitions built into this program");
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files, readDefinitionFiles(context, paths_, *runtime, diagnostics));
    if (!printFaults(context, diagnostics)) return exitCode(ErrorCode::Invalid);
    std::unique_ptr<Cluster> cluster;
    if (!builtIn_) {
      TRY(cluster, connect(context, cluster_));
    }
    oam::BuiltInCatalog own(runtime);
    bool differs = false;
    for (const DefinitionFile& file : files) {
      TRY(std::string there,
          builtIn_ ? ofProgram(own, *file.definition) : ofCluster(*cluster, *file.definition));
      TRY(std::string here, oam::authoredText(*file.definition));
      std::string diff = unifiedDiff(builtIn_ ? "built-in" : "cluster", there, file.path, here);
      if (diff.empty()) continue;
      differs = true;
      context.out << diff;
    }
    return differs ? 1 : 0;
  }

 private:
  /// In the authored form; empty when there is none, so that all of the file is new.
  static Result<std::string> ofProgram(const oam::BuiltInCatalog& own, const oam::Definition& definition) {
    auto found = own.find(definition.kind, definition.name);
    if (!found) return std::string();
    return oam::authoredText(**found);
  }

  Result<std::string> ofCluster(const Cluster& cluster, const oam::Definition& definition) const {
    std::string ns = cluster_.ns.empty() ? std::string(kSystemNamespace) : cluster_.ns;
    auto object = cluster.client().get(definitionResource(definition.kind), {ns, definition.name});
    if (!object) {
      if (object.error().code() == ErrorCode::NotFound) return std::string();
      return fail(object.error());
    }
    TRY(auto live, oam::parseDefinition(*object, nullptr));
    return oam::authoredText(*live);
  }

  std::vector<std::string> paths_;
  ClusterFlags cluster_;
  bool builtIn_ = false;
};

}  // namespace

Verb defDiffVerb() {
  return {"def diff", "Show how definitions differ from the registered ones; exits with 1 when they do",
          "puppis def diff my.cue\npuppis def diff webservice.cue --built-in",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefDiff>(); }};
}

}  // namespace puppis::cli
