// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"
#include "cli/cluster.h"
#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "kube/object.h"
#include "oam/authored_text.h"
#include "oam/runtime.h"

namespace puppis::cli {

namespace {

constexpr const char* kSnapshots[] = {"componentDefinition", "traitDefinition", "policyDefinition",
                                      "workflowStepDefinition"};

class DefGet final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The definition");
    cluster_.declare(options);
    options.choice(type_, "-t,--type", {"", "component", "trait", "policy", "workflow-step"},
                   "Its kind, when several have the name");
    options.flag(revisions_, "--revisions", "List its revisions");
    options.text(revision_, "-r,--revision", "This revision of it: v3, or 3");
    options.flag(builtIn_, "--built-in", "The one built into this program; no cluster is asked");
    declareFormat(options, format_, {"cue", "yaml", "json"});
  }

  Result<int> run(Context& context) override {
    TRY(std::optional<oam::DefinitionKind> kind, optionalDefinitionKind(type_));
    if (builtIn_) {
      TRY(data::Value object, ofProgram(kind));
      return shown(context, object);
    }
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    TRY(data::Value object, getDefinition(cluster->client(), kind, cluster->ns(), name_));
    if (!revisions_ && revision_.empty()) return shown(context, object);
    TRY(std::vector<data::Value> all,
        definitionRevisions(cluster->client(), kube::namespaceOf(object), name_));
    if (!revisions_) return shownRevision(context, all);
    Table table({"NAME", "REVISION", "TYPE", "HASH"});
    for (const data::Value& r : all) {
      const data::Value& spec = r.get("spec");
      table.add({kube::name(r), spec.get("revision").numberText(), spec.get("definitionType").asString(),
                 spec.get("revisionHash").asString()});
    }
    context.out << table.str();
    return 0;
  }

 private:
  Result<data::Value> ofProgram(std::optional<oam::DefinitionKind> kind) const {
    auto runtime = oam::makeRuntime();
    TRY(std::vector<DefinitionFile> files, builtInDefinitionFiles(*runtime));
    std::vector<std::string> names;
    for (const DefinitionFile& file : files) {
      if (kind && file.definition->kind != *kind) continue;
      if (file.definition->name == name_) return file.definition->object;
      names.push_back(file.definition->name);
    }
    Error error(ErrorCode::NotFound, "there is no built-in definition \"" + name_ + "\"");
    if (auto near = nearest(name_, names)) error.suggest(*near);
    return fail(std::move(error));
  }

  Result<int> shownRevision(Context& context, const std::vector<data::Value>& all) const {
    std::string wanted = startsWith(revision_, "v") ? revision_ : "v" + revision_;
    for (const data::Value& r : all) {
      if (kube::name(r) != name_ + "-" + wanted) continue;
      for (const char* key : kSnapshots) {
        if (r.get("spec").has(key)) return shown(context, r.get("spec").get(key));
      }
    }
    return fail(ErrorCode::NotFound, "\"" + name_ + "\" has no revision " + wanted);
  }

  Result<int> shown(Context& context, data::Value object) const {
    if (format_ != "cue") {
      if (data::Value* metadata = object.mutableFind("metadata")) metadata->erase("managedFields");
      print(context, object, format_);
      return 0;
    }
    TRY(auto definition, oam::parseDefinition(object, nullptr));
    TRY(std::string text, oam::authoredText(*definition));
    context.out << text;
    return 0;
  }

  std::string name_;
  ClusterFlags cluster_;
  std::string type_;
  bool revisions_ = false;
  std::string revision_;
  bool builtIn_ = false;
  std::string format_ = "cue";
};

}  // namespace

Verb defGetVerb() {
  return {"def get", "Print a definition in the form its author writes",
          "puppis def get webservice\npuppis def get scaler -t trait -o yaml\npuppis def get webservice "
          "--revisions",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefGet>(); }};
}

}  // namespace puppis::cli
