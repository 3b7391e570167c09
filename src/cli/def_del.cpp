// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "cli/cluster.h"
#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/verbs.h"
#include "kube/object.h"

namespace puppis::cli {

namespace {

class DefDel final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The definition");
    cluster_.declare(options);
    options.choice(type_, "-t,--type", {"", "component", "trait", "policy", "workflow-step"},
                   "Its kind, when several have the name");
    options.flag(yes_, "-y,--yes", "Do not ask");
  }

  Result<int> run(Context& context) override {
    TRY(std::optional<oam::DefinitionKind> kind, optionalDefinitionKind(type_));
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    TRY(data::Value object, getDefinition(cluster->client(), kind, cluster->ns(), name_));
    std::string title =
        object.get("kind").asString() + " " + name_ + " in namespace " + kube::namespaceOf(object);
    if (!yes_) {
      context.err << "delete " << title << "? [y/N] " << std::flush;
      std::string answer;
      std::getline(context.in, answer);
      if (answer != "y" && answer != "Y" && answer != "yes") {
        context.err << "left as it is\n";
        return 1;
      }
    }
    kube::DeleteOptions options;
    // What was shown is what is deleted, should someone have put another one in its place meanwhile.
    options.uid = kube::uid(object);
    TRY(oam::DefinitionKind found, parseDefinitionKind(object.get("kind").asString()));
    TRY(data::Value gone,
        cluster->client().remove(definitionResource(found), {kube::namespaceOf(object), name_}, options));
    context.out << title << " deleted\n";
    return 0;
  }

 private:
  std::string name_;
  ClusterFlags cluster_;
  std::string type_;
  bool yes_ = false;
};

}  // namespace

Verb defDelVerb() {
  return {"def del", "Delete a definition", "puppis def del my-trait -t trait -y",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefDel>(); }};
}

}  // namespace puppis::cli
