// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster.h"
#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "kube/object.h"
#include "oam/runtime.h"

namespace puppis::cli {

namespace {

constexpr std::string_view kAddonLabel = "addons.oam.dev/name";
constexpr std::string_view kDescription = "definition.oam.dev/description";

class DefList final : public Command {
 public:
  void declare(Options& options) override {
    cluster_.declare(options);
    options.choice(type_, "-t,--type", {"", "component", "trait", "policy", "workflow-step"},
                   "Only of this kind");
    options.flag(allNamespaces_, "-A,--all-namespaces", "Of every namespace");
    options.text(from_, "--from", "Only those of an addon; \"all\" names the addon of each");
    options.flag(builtIn_, "--built-in", "Those built into this program; no cluster is asked");
    declareFormat(options, format_, {"table", "yaml", "json"});
  }

  Result<int> run(Context& context) override {
    TRY(std::optional<oam::DefinitionKind> kind, optionalDefinitionKind(type_));
    TRY(std::vector<data::Value> objects, builtIn_ ? ofProgram(kind) : ofCluster(context, kind));
    if (!from_.empty() && from_ != "all") {
      std::erase_if(objects,
                    [&](const data::Value& v) { return kube::label(v, kAddonLabel).value_or("") != from_; });
    }
    if (format_ != "table") {
      printAll(context, objects, format_);
      return 0;
    }
    std::vector<std::string> headings = {"NAME", "TYPE", "NAMESPACE"};
    if (!from_.empty()) headings.emplace_back("SOURCE-ADDON");
    headings.emplace_back("DESCRIPTION");
    Table table(std::move(headings));
    for (const data::Value& object : objects) {
      std::vector<std::string> row = {kube::name(object), object.get("kind").asString(),
                                      kube::namespaceOf(object)};
      if (!from_.empty()) row.push_back(kube::label(object, kAddonLabel).value_or(""));
      row.push_back(kube::annotation(object, kDescription).value_or(""));
      table.add(std::move(row));
    }
    context.out << table.str();
    return 0;
  }

 private:
  static Result<std::vector<data::Value>> ofProgram(std::optional<oam::DefinitionKind> kind) {
    auto runtime = oam::makeRuntime();
    TRY(std::vector<DefinitionFile> files, builtInDefinitionFiles(*runtime));
    std::vector<data::Value> out;
    for (const DefinitionFile& file : files) {
      if (!kind || file.definition->kind == *kind) out.push_back(file.definition->object);
    }
    return out;
  }

  Result<std::vector<data::Value>> ofCluster(Context& context,
                                             std::optional<oam::DefinitionKind> kind) const {
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    std::string ns = cluster_.ns.empty() ? std::string(kSystemNamespace) : cluster_.ns;
    return listDefinitions(cluster->client(), kind, allNamespaces_ ? "" : ns);
  }

  ClusterFlags cluster_;
  std::string type_;
  std::string from_;
  bool allNamespaces_ = false;
  bool builtIn_ = false;
  std::string format_ = "table";
};

}  // namespace

Verb defListVerb() {
  return {"def list", "List definitions", "puppis def list\npuppis def list --built-in -t trait",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefList>(); }};
}

}  // namespace puppis::cli
