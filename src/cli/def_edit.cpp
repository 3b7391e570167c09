// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "base/files.h"
#include "base/process.h"
#include "base/random.h"
#include "base/strings.h"
#include "cli/cluster.h"
#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/verbs.h"
#include "kube/object.h"
#include "oam/authored_text.h"
#include "oam/runtime.h"
#include "render/vetting.h"

namespace puppis::cli {

namespace {

class DefEdit final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The definition");
    cluster_.declare(options);
    options.choice(type_, "-t,--type", {"", "component", "trait", "policy", "workflow-step"},
                   "Its kind, when several have the name");
  }

  Result<int> run(Context& context) override {
    TRY(std::optional<oam::DefinitionKind> kind, optionalDefinitionKind(type_));
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    TRY(data::Value object, getDefinition(cluster->client(), kind, cluster->ns(), name_));
    TRY(auto definition, oam::parseDefinition(object, nullptr));
    TRY(std::string before, oam::authoredText(*definition));
    std::string path = context.environment("TMPDIR").value_or("/tmp") + "/puppis-" + name_ + "-" +
                       context.random.suffix(6) + ".cue";
    TRY_VOID(context.files.write(path, before, 0600));
    for (;;) {
      TRY_VOID(openEditor(context, path));
      TRY(std::string text, context.files.read(path));
      if (text == before) {
        context.err << "nothing has changed\n";
        return finished(context, path, 0);
      }
      auto edited = vetted(context, path);
      if (edited) {
        std::string ns = kube::namespaceOf(object);
        TRY(Applied applied, applyDefinition(cluster->client(), (*edited)->object, ns, false));
        context.out << (*edited)->title() << " " << appliedWord(applied) << " in namespace " << ns << '\n';
        return finished(context, path, 0);
      }
      context.err << edited.error().report(context.colourErr) << "edit again? [Y/n] " << std::flush;
      std::string answer;
      if (!std::getline(context.in, answer) || startsWith(toLower(answer), "n")) {
        context.err << "nothing was applied; the text is kept in " << path << '\n';
        return 1;
      }
    }
  }

 private:
  static Result<int> finished(Context& context, const std::string& path, int code) {
    TRY_VOID(context.files.remove(path));
    return code;
  }

  static Status openEditor(Context& context, const std::string& path) {
    std::string editor = context.environment("VISUAL").value_or(context.environment("EDITOR").value_or("vi"));
    // EDITOR may carry arguments, as "code --wait".
    std::vector<std::string> command;
    for (const std::string& word : split(editor, ' ')) {
      if (!word.empty()) command.push_back(word);
    }
    command.push_back(path);
    SystemProcesses processes;
    TRY(int code, processes.attach(command));
    if (code != 0) return fail(ErrorCode::Cancelled, "the editor ended with code " + std::to_string(code));
    return {};
  }

  Result<std::shared_ptr<const oam::Definition>> vetted(Context& context, const std::string& path) const {
    auto runtime = oam::makeRuntime();
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files, readDefinitionFiles(context, {path}, *runtime, diagnostics));
    std::vector<DefinitionFile> whole = files;
    inheritDefinitions(whole, runtime, diagnostics);
    render::Templates templates(runtime);
    for (const DefinitionFile& file : whole) render::vetDefinition(*file.definition, templates, diagnostics);
    if (diagnostics.ok() && files.front().definition->name != name_) {
      return fail(ErrorCode::InvalidArgument,
                  "a definition keeps its name, \"" + name_ + "\"; def apply makes another one");
    }
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    return files.front().definition;
  }

  std::string name_;
  ClusterFlags cluster_;
  std::string type_;
};

}  // namespace

Verb defEditVerb() {
  return {"def edit", "Edit a registered definition, check it and put it back",
          "puppis def edit my-trait -t trait",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefEdit>(); }};
}

}  // namespace puppis::cli
