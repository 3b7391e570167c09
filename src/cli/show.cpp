// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cue/cue.h"
#include "net/server.h"
#include "oam/builtin.h"
#include "oam/catalog.h"
#include "oam/extends.h"
#include "oam/runtime.h"
#include "render/describe.h"
#include "schema/site.h"

namespace puppis::cli {

namespace {

constexpr oam::DefinitionKind kKinds[] = {oam::DefinitionKind::Component, oam::DefinitionKind::Trait,
                                          oam::DefinitionKind::Policy, oam::DefinitionKind::WorkflowStep};

std::string_view folderOf(oam::DefinitionKind kind) {
  switch (kind) {
    case oam::DefinitionKind::Component:
      return "components";
    case oam::DefinitionKind::Trait:
      return "traits";
    case oam::DefinitionKind::Policy:
      return "policies";
    default:
      return "workflow-steps";
  }
}

/// The example Applications that lie beside a built-in definition.
std::vector<std::string> examplesOf(const oam::Definition& definition) {
  if (!definition.builtIn) return {};
  std::string path = std::string(folderOf(definition.kind)) + "/" + definition.name + ".example.yaml";
  auto text = oam::builtInFile(path);
  if (!text) return {};
  return {std::string(*text)};
}

std::string contentType(const std::string& path) {
  if (endsWith(path, ".html")) return "text/html; charset=utf-8";
  if (endsWith(path, ".css")) return "text/css; charset=utf-8";
  if (endsWith(path, ".js")) return "text/javascript; charset=utf-8";
  return "application/json";
}

class Show final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "the definition; all of them when left out", false);
    options.choice(kind_, "-t,--type", {"component", "trait", "policy", "workflow-step"},
                   "kind, when a name has several");
    options.list(definitions_, "-d,--definition",
                 "file or folder of definitions that add to the built-in ones");
    options.choice(format_, "--format", {"table", "console", "markdown", "json"}, "form of the page");
    options.flag(web_, "--web", "serve the reference of all definitions on loopback and say where");
    options.number(port_, "--port", "port of --web; 0 takes a free one");
    options.text(folder_, "-p,--path",
                 "write the pages (HTML with --web, Markdown otherwise) into this folder");
  }

  Result<int> run(Context& context) override {
    runtime_ = oam::makeRuntime();
    std::vector<std::shared_ptr<const oam::Catalog>> layers;
    if (!definitions_.empty()) {
      TRY(auto loaded, oam::loadDefinitions(context.files, definitions_, *runtime_));
      layers.push_back(loaded);
    }
    layers.push_back(std::make_shared<oam::BuiltInCatalog>(runtime_));
    oam::LayeredCatalog catalog(std::move(layers));
    if (web_) return site(context, catalog);
    if (name_.empty()) return all(context, catalog);
    TRY(auto definition, find(catalog));
    TRY(auto description, render::describe(*definition, *runtime_, examplesOf(*definition)));
    write(context, description.reference);
    return 0;
  }

 private:
  Result<std::shared_ptr<const oam::Definition>> find(const oam::Catalog& catalog) const {
    std::vector<std::string> known;
    for (oam::DefinitionKind kind : kKinds) {
      if (!kind_.empty() && oam::typeWord(kind) != kind_) continue;
      auto definition = oam::findExtended(catalog, kind, name_);
      if (definition) return definition;
      if (definition.error().code() != ErrorCode::NotFound) return definition;
      auto names = catalog.names(kind);
      known.insert(known.end(), names.begin(), names.end());
    }
    Error error(ErrorCode::NotFound, "no definition is called " + name_);
    if (auto near = nearest(name_, known)) error.suggest(*near);
    return fail(std::move(error));
  }

  void write(Context& context, const schema::Reference& reference) const {
    if (format_ == "json") {
      print(context, schema::referenceJson(reference), "json");
    } else if (format_ == "markdown") {
      context.out << schema::referenceMarkdown(reference);
    } else {
      context.out << schema::referenceConsole(reference);
    }
  }

  Result<std::vector<schema::Reference>> references(Context& context, const oam::Catalog& catalog) const {
    std::vector<schema::Reference> out;
    for (oam::DefinitionKind kind : kKinds) {
      if (!kind_.empty() && oam::typeWord(kind) != kind_) continue;
      for (const std::string& name : catalog.names(kind)) {
        TRY(auto definition, oam::findExtended(catalog, kind, name));
        auto description = render::describe(*definition, *runtime_, examplesOf(*definition));
        if (!description) {
          // One bad definition does not hide the others.
          context.err << description.error().report(context.colourErr);
          continue;
        }
        out.push_back(std::move(description->reference));
      }
    }
    return out;
  }

  Result<int> all(Context& context, const oam::Catalog& catalog) const {
    TRY(auto list, references(context, catalog));
    if (!folder_.empty()) {
      for (const schema::Reference& r : list) {
        TRY_VOID(context.files.makeDirectories(folder_ + "/" + r.kind));
        TRY_VOID(context.files.write(folder_ + "/" + r.kind + "/" + r.name + ".md",
                                     schema::referenceMarkdown(r), 0644));
      }
      context.err << list.size() << " pages written to " << folder_ << '\n';
      return 0;
    }
    if (format_ == "json") {
      data::Value out = data::Value::array();
      for (const schema::Reference& r : list) out.push(schema::referenceJson(r));
      print(context, data::Value::object({{"definitions", std::move(out)}}), "json");
      return 0;
    }
    Table table({"NAME", "TYPE", "DESCRIPTION"});
    for (const schema::Reference& r : list) table.add({r.name, r.kind, r.description});
    context.out << table.str();
    return 0;
  }

  Result<int> site(Context& context, const oam::Catalog& catalog) const {
    TRY(auto list, references(context, catalog));
    auto pages = schema::referenceSite(list);
    if (!folder_.empty()) {
      for (const auto& [path, text] : pages) {
        auto slash = path.rfind('/');
        TRY_VOID(context.files.makeDirectories(
            slash == std::string::npos ? folder_ : folder_ + "/" + path.substr(0, slash)));
        TRY_VOID(context.files.write(folder_ + "/" + path, text, 0644));
      }
      context.err << pages.size() << " files written to " << folder_ << '\n';
      return 0;
    }
    auto handler = [&pages](const net::ServerRequest& request,
                            const std::shared_ptr<net::Responder>& responder) {
      std::string path =
          request.path == "/" ? "index.html" : request.path.substr(request.path.empty() ? 0 : 1);
      auto page = pages.find(path);
      if (page == pages.end()) {
        responder->send(404, {{"content-type", "text/plain"}}, "no such page\n");
      } else {
        responder->send(200, {{"content-type", contentType(path)}}, page->second);
      }
    };
    net::ServerOptions options;
    options.port = static_cast<std::uint16_t>(port_);
    TRY(auto server, net::Server::start(options, handler, context.log));
    std::string address = "http://127.0.0.1:" + std::to_string(server->port()) + "/";
    std::string page = name_;
    if (!name_.empty()) {
      TRY(auto definition, find(catalog));
      page = std::string(oam::typeWord(definition->kind)) + "/" + name_ + ".html";
    }
    context.out << address << page << std::endl;
    context.err << "serving " << list.size() << " definitions; Ctrl-C ends it\n";
    while (!context.stop.stop_requested()) context.clock.sleep(std::chrono::milliseconds(100));
    server->stop();
    return 0;
  }

  std::string name_;
  std::string kind_;
  std::vector<std::string> definitions_;
  std::string format_ = "table";
  bool web_ = false;
  std::int64_t port_ = 0;
  std::string folder_;
  std::shared_ptr<cue::Runtime> runtime_;
};

}  // namespace

Verb showVerb() {
  return {"show", "Show the reference of a definition",
          "puppis show webservice\npuppis show scaler --format markdown\npuppis show webservice --web",
          []() -> std::unique_ptr<Command> { return std::make_unique<Show>(); }, true};
}

}  // namespace puppis::cli
