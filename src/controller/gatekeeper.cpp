// SPDX-License-Identifier: Apache-2.0
#include "controller/gatekeeper.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "controller/revision.h"
#include "controller/surroundings.h"
#include "controller/types.h"
#include "controller/wish.h"
#include "kube/object.h"
#include "oam/checks.h"
#include "oam/extends.h"
#include "render/vetting.h"
#include "render/whole.h"

namespace puppis::controller {

using data::Value;

namespace {

constexpr const char* kRevisionName = "definitionrevision.oam.dev/name";

bool isApplication(const Value& object) {
  return startsWith(object.get("apiVersion").asString(), "core.oam.dev/") &&
         object.get("kind").asString() == "Application";
}

/// "1.2.3".
bool isVersion(const std::string& text) {
  std::vector<std::string> parts = split(text, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
           return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
         });
}

/// Whether the steps of a workflow, or values that pass between components, may set parameters: then what the
/// Application says is not all there is.
bool suppliedLater(const oam::ApplicationFiles& files) {
  auto takes = [](const std::vector<oam::Input>& inputs) {
    return std::any_of(inputs.begin(), inputs.end(), [](const auto& i) { return !i.parameterKey.empty(); });
  };
  const auto& components = files.application.components;
  if (std::any_of(components.begin(), components.end(), [&](const auto& c) { return takes(c.inputs); }))
    return true;
  oam::Diagnostics ignored;
  for (const oam::WorkflowStep& step : render::effectiveSteps(files, ignored)) {
    if (takes(step.inputs)) return true;
    for (const oam::WorkflowStep& sub : step.subSteps) {
      if (takes(sub.inputs)) return true;
    }
  }
  return false;
}

/// The types alone.
void checkTypes(const oam::Application& application, const oam::Catalog& catalog,
                oam::Diagnostics& diagnostics) {
  oam::NewestCatalog seen(catalog, oam::followsNewest(application));
  auto check = [&](oam::DefinitionKind kind, const std::string& type, const oam::Place& place) {
    auto found = seen.find(kind, type);
    if (found || type.empty()) return;
    Error error = place.error(found.error().code(), found.error().message());
    if (!found.error().suggestion().empty()) error.suggest(found.error().suggestion());
    diagnostics.error(std::move(error));
  };
  for (const oam::Component& component : application.components) {
    check(oam::DefinitionKind::Component, component.type, component.typePlace);
    for (const oam::Trait& trait : component.traits)
      check(oam::DefinitionKind::Trait, trait.type, trait.place);
  }
}

/// Whether a fault is the object's own, and not one of the moment or of what Puppis can do.
bool isCertain(const Error& error) {
  switch (error.code()) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::Invalid:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::ResourceExhausted:
      return true;
    default:
      return false;
  }
}

/// One fault as the API tells it: where in the object, and in words.
Error asCause(const Error& fault) {
  Error words = fault;
  words.path("");
  return Error(ErrorCode::Invalid, words.str()).path(fault.pathText()).reason("FieldValueInvalid");
}

}  // namespace

Gatekeeper::Gatekeeper(kube::Client& client, std::shared_ptr<cue::Runtime> runtime,
                       std::shared_ptr<const oam::Catalog> builtIn, std::string systemNamespace)
    : client_(client),
      mapper_(client),
      builtIn_(std::move(builtIn)),
      definitions_(std::make_shared<ApiDefinitions>(client, std::move(systemNamespace))),
      templates_(runtime),
      engine_(makeEngine(runtime)) {}

Gatekeeper::~Gatekeeper() = default;

void Gatekeeper::complete(Value& object) {
  if (!oam::isDefinition(object) || object.get("kind").asString() != "ComponentDefinition") return;
  if (!object.get("spec").isObject()) return;
  const Value& workload = object.get("spec", "workload");
  bool said = !workload.get("type").asString().empty() || workload.get("definition").isObject();
  if (!said) object["spec"].set("workload", Value::object({{"type", "autodetects.core.oam.dev"}}));
}

Status Gatekeeper::review(const Value& object, const Value* old, std::vector<std::string>& warnings) {
  bool definition = oam::isDefinition(object);
  if (!definition && !isApplication(object)) return {};
  if (kube::beingDeleted(object)) return {};
  auto said = [](const Value& one, const char* key) { return one.get("metadata", "annotations").get(key); };
  bool same = old != nullptr && old->get("spec") == object.get("spec") &&
              said(*old, kRevisionName) == said(object, kRevisionName);
  if (same) return {};
  oam::Diagnostics diagnostics;
  if (definition) {
    reviewDefinition(object, diagnostics);
  } else {
    reviewApplication(object, diagnostics);
  }
  std::vector<Error> causes;
  for (const Error& fault : diagnostics.errors) {
    if (isCertain(fault)) causes.push_back(asCause(fault));
  }
  if (causes.empty()) {
    for (const Error& warning : diagnostics.warnings) warnings.push_back(warning.str());
    return {};
  }
  std::string text;
  for (const Error& cause : causes) text += (text.empty() ? "" : "; ") + cause.str();
  Error refusal(ErrorCode::Invalid, object.get("kind").asString() + ".core.oam.dev \"" + kube::name(object) +
                                        "\" is invalid: " + text);
  refusal.reason("Invalid");
  for (Error& cause : causes) refusal.detail(std::move(cause));
  return fail(std::move(refusal));
}

void Gatekeeper::reviewDefinition(const Value& object, oam::Diagnostics& diagnostics) {
  auto parsed = oam::parseDefinition(object, nullptr);
  if (!parsed) {
    diagnostics.add(parsed.error());
    return;
  }
  // What is checked is the whole: with what it inherits.
  oam::LayeredCatalog catalog({apiCatalog(definitions_, kube::namespaceOf(object)), builtIn_});
  auto whole = oam::extended(*parsed, catalog);
  if (whole) {
    render::vetDefinition(**whole, templates_, diagnostics);
  } else {
    diagnostics.add(whole.error());
  }
  reviewVersion(object, **parsed, diagnostics);
}

void Gatekeeper::reviewVersion(const Value& object, const oam::Definition& definition,
                               oam::Diagnostics& diagnostics) {
  auto wrong = [&](std::string message, const char* path) {
    diagnostics.error(Error(ErrorCode::Invalid, std::move(message)).path(path));
  };
  std::optional<std::string> named = kube::annotation(object, kRevisionName);
  if (!definition.version.empty() && named) {
    wrong("a definition has either a version or the annotation " + std::string(kRevisionName) + ", not both",
          "spec.version");
  }
  if (!definition.version.empty() && !isVersion(definition.version))
    wrong("\"" + definition.version + "\" is no version, such as 1.2.3", "spec.version");
  std::string version = named ? *named : definition.version;
  if (version.empty()) return;
  std::string ns = kube::namespaceOf(object);
  auto kept = definitions_->read(kDefinitionRevisions, {ns, definition.name + "-v" + version});
  // A revision is for ever: another text needs another version.
  if (kept && (*kept)->kind == definition.kind && (*kept)->object.get("spec") != object.get("spec")) {
    wrong("the version " + version + " exists and says something else; a changed definition needs another",
          named ? "metadata.annotations" : "spec.version");
  }
}

void Gatekeeper::reviewApplication(const Value& object, oam::Diagnostics& diagnostics) {
  std::string ns = kube::namespaceOf(object);
  oam::Application application = oam::parseApplication(object, nullptr, diagnostics);
  auto published = application.annotations.find("app.oam.dev/publishVersion");
  if (oam::followsNewest(application) && published != application.annotations.end()) {
    diagnostics.error(Error(ErrorCode::Invalid,
                            "app.oam.dev/autoUpdate and app.oam.dev/publishVersion exclude "
                            "each other")
                          .path("metadata.annotations"));
  }
  if (application.workflow) oam::checkTimeouts(application.workflow->steps, diagnostics);
  if (!diagnostics.ok()) return;
  oam::ApplicationFiles given;
  given.application = std::move(application);
  auto files = withReferredFiles(client_, std::move(given), ns);
  if (!files) {
    diagnostics.add(files.error());
    return;
  }
  oam::LayeredCatalog catalog({apiCatalog(definitions_, ns), builtIn_});
  if (suppliedLater(*files)) {
    checkTypes(files->application, catalog, diagnostics);
    return;
  }
  render::RenderContext context;
  context.namespace_ = ns;
  context.appRevision = files->application.name + "-v" + std::to_string(latestRevision(object).number + 1);
  context.cluster = "local";
  context.clusterVersion = clusterVersion();
  auto one = [this](const oam::Application& it, const oam::Catalog& definitions,
                    const render::RenderContext& where) { return engine_->render(it, definitions, where); };
  render::renderWhole(one, *files, catalog, context, lookUpThrough(client_, mapper_),
                      render::Placing::AsApplied, diagnostics);
}

render::ClusterVersion Gatekeeper::clusterVersion() {
  std::lock_guard lock(mutex_);
  if (!version_) {
    auto answer = clusterVersionOf(client_);
    if (!answer) return {};
    version_ = std::move(*answer);
  }
  return *version_;
}

}  // namespace puppis::controller
