// SPDX-License-Identifier: Apache-2.0
#include "render/component.h"

#include <algorithm>

#include "oam/extends.h"
#include "render/check.h"
#include "render/context_data.h"
#include "render/contract.h"
#include "render/fitness.h"
#include "render/kube_schematic.h"
#include "render/patch.h"
#include "render/providers.h"
#include "render/terraform.h"

namespace puppis::render {

namespace {

cue::Budget budgetOf(const RenderContext& context) {
  cue::Budget out;
  out.wallTime = context.budgetTime;
  out.memoryBytes = context.budgetMemory;
  return out;
}

/// "Service default/web", with the API's group and version where there is one.
std::string identityOf(const data::Value& object) {
  const std::string& version = object.get("apiVersion").asString();
  std::string group = version.find('/') == std::string::npos ? "" : version + " ";
  return group + object.get("kind").asString() + " " + object.get("metadata", "namespace").asString() + "/" +
         object.get("metadata", "name").asString();
}

}  // namespace

std::vector<std::pair<std::string, cue::Value>> outputFields(const cue::Value& outputs) {
  std::vector<std::pair<std::string, cue::Value>> out;
  for (const cue::FieldView& field : outputs.fields()) out.emplace_back(field.name(), field.value);
  return out;
}

ComponentRun::ComponentRun(Templates& templates, const oam::Application& application,
                           const oam::Component& component, const oam::Catalog& catalog,
                           const RenderContext& context)
    : templates_(templates),
      application_(application),
      component_(component),
      catalog_(catalog),
      context_(context),
      session_(templates.runtime(), budgetOf(context)) {
  session_.deferOptionalFields(true);
  scope_.title = "component \"" + component.name + "\" (" + component.type + ")";
  scope_.type = component.typePlace;
  scope_.properties = component.propertiesPlace;
  scope_.application = application.source;
  scope_.given = component.properties;
  scope_.owner = component.object;
  contextData_ = contextOf(application, component.name, component.properties, context);
  // A copy that a replication policy made.
  if (const data::Value* key = component.object.find("replicaKey"); key != nullptr && key->isString())
    contextData_.set("replicaKey", *key);
}

void ComponentRun::report(const std::vector<Error>& errors) {
  for (const Error& e : errors) diagnostics_->add(e);
}

cue::Value ComponentRun::evaluate(const oam::Definition& definition, const data::Value& parameter,
                                  bool bindEmpty, const FaultScope& scope) {
  auto program = templates_.of(definition);
  if (!program) {
    report(explain({program.error()}, {}, scope));
    return {};
  }
  std::vector<cue::Binding> bindings;
  if (parameter.isObject()) {
    bindings.push_back({"parameter", parameter.sorted(), application_.source});
  } else if (bindEmpty) {
    bindings.push_back({"parameter", data::Value::object(), {}});
  }
  bindings.push_back({"context", contextData_, {}});
  cue::Value root = session_.evaluate(*program, bindings);
  // What is wrong already is told before anybody is asked anything.
  if (!asksTheWorld(**program) || !root.validate().empty()) return root;
  auto called = callProviders(session_, root, context_.world);
  if (called) return *called;
  Error error = scope.type.error(called.error().code(), called.error().message()).context(scope.title);
  if (!called.error().pathText().empty()) error.context("calling " + called.error().pathText());
  diagnostics_->error(std::move(error));
  return {};
}

cue::Value ComponentRun::schemaOf(const oam::Definition& definition) {
  auto program = templates_.of(definition);
  if (!program) return {};
  // A default may be taken from the context.
  return session_.evaluate(*program, {{"context", contextData_, {}}}).lookup("parameter");
}

void ComponentRun::warnUndeclared(const oam::Definition& definition, const data::Value& properties,
                                  const FaultScope& scope) {
  bool refused = context_.strict || refusesUndeclared(definition);
  if (!(context_.warnUndeclared || refused) || !properties.isObject()) return;
  auto declared = templates_.declaredParameters(definition);
  for (Error& found : undeclared(declared->names, properties, declared->places, scope)) {
    if (refused) {
      diagnostics_->error(std::move(found));
    } else {
      diagnostics_->warn(std::move(found));
    }
  }
}

std::optional<FaultScope> ComponentRun::blamedTrait(const std::vector<Error>& failures) const {
  for (std::size_t i = 0; i < traits_.size(); ++i) {
    const auto& definition = traits_[i].definition;
    if (definition == nullptr || definition->templateSource == nullptr || definition == definition_) continue;
    const std::string& file = definition->templateSource->name();
    bool named = std::ranges::any_of(failures, [&](const Error& failure) {
      return std::ranges::any_of(failure.where(), [&](const Location& at) { return at.file == file; });
    });
    if (named) return scopeOf(component_.traits[i], definition);
  }
  return std::nullopt;
}

void ComponentRun::tell(const std::vector<Error>& failures, const cue::Value& root, const FaultScope& scope) {
  bool known = scope.definition != nullptr && !session_.exhausted();
  cue::Value schema = known ? schemaOf(*scope.definition) : cue::Value();
  std::vector<Error> misfits = known ? misfitsOf(schema, scope) : std::vector<Error>();
  if (!misfits.empty()) {
    report(misfits);
    return;
  }
  // What a trait's patch left unfinished in the component's object is the trait's matter.
  if (known && scope.definition == definition_) {
    if (auto trait = blamedTrait(failures)) {
      report(explain(failures, root, *trait, schemaOf(*trait->definition)));
      return;
    }
  }
  report(explain(failures, root, scope, schema));
}

bool ComponentRun::reportInvalid(const cue::Value& root, const FaultScope& scope) {
  std::vector<Error> failures = root.validate();
  if (session_.exhausted()) failures = {*session_.exhausted()};
  if (failures.empty()) return false;
  tell(failures, root, scope);
  return true;
}

bool ComponentRun::runWorkload(const oam::Definition& definition) {
  if (definition.schematic == oam::SchematicKind::Terraform) {
    auto made = terraformConfiguration(definition, component_.name, targetNamespace(application_, context_),
                                       component_.properties);
    if (!made) {
      diagnostics_->add(explain(made.error(), scope_));
      return false;
    }
    configuration_ = std::move(*made);
    return true;
  }
  if (definition.schematic == oam::SchematicKind::Kube) {
    std::size_t before = diagnostics_->errors.size();
    configuration_ = kubeObject(definition, component_.name, component_.properties, scope_, *diagnostics_);
    return diagnostics_->errors.size() == before;
  }
  if (definition.schematic != oam::SchematicKind::Cue) {
    diagnostics_->error(
        scope_.type
            .error(ErrorCode::NotSupported, definition.title() +
                                                " is a Helm chart (schematic.helm), which KubeVela 1.10 "
                                                "does not render either")
            .expected("a CUE template that makes a HelmRelease for an installed Helm operator")
            .context(scope_.title));
    return false;
  }
  root_ = evaluate(definition, component_.properties, true, scope_);
  if (!root_.exists() || reportInvalid(root_, scope_)) return false;
  warnUndeclared(definition, component_.properties, scope_);
  base_ = root_.lookup("output");
  if (!base_.exists()) {
    diagnostics_->error(
        scope_.type.error(ErrorCode::Invalid, "the template of " + definition.title() + " has no output")
            .context(scope_.title));
    return false;
  }
  std::size_t before = diagnostics_->errors.size();
  collectOutputs(root_, std::string(kAuxiliaryWorkload), definition_, scope_);
  // What extends a definition may change what the base yields, by the rules of traits.
  if (!definition.extends.empty() && !applyPatches(root_, scope_)) return false;
  return diagnostics_->errors.size() == before;
}

void ComponentRun::collectOutputs(const cue::Value& root, const std::string& type,
                                  const std::shared_ptr<const oam::Definition>& definition,
                                  const FaultScope& scope) {
  // What is permanently wrong was found when the template was validated; what is merely unfinished, as a
  // comprehension over a parameter nobody gave, yields nothing.
  cue::Value outputs = root.lookup("outputs");
  if (!outputs.exists()) return;
  for (auto& [name, value] : outputFields(outputs)) {
    auxiliaries_.push_back({type, name, value, definition, scope, root});
  }
}

std::optional<data::Value> ComponentRun::finished(const cue::Value& value, const cue::Value& root,
                                                  const FaultScope& scope, std::string_view what) {
  std::vector<Error> failures = value.validate({.concrete = true, .final = true});
  if (session_.exhausted()) failures = {*session_.exhausted()};
  if (!failures.empty()) {
    tell(failures, root, scope);
    return std::nullopt;
  }
  auto object = value.toJson();
  if (!object) {
    tell({object.error()}, root, scope);
    return std::nullopt;
  }
  if (!object->get("kind").isString() || object->get("kind").asString().empty()) {
    // After another fault it is likely its consequence.
    if (!diagnostics_->ok()) return std::nullopt;
    diagnostics_->error(
        scope.type
            .error(ErrorCode::Invalid, std::string(what) + " is no Kubernetes object: it has no \"kind\"")
            .context(scope.title)
            .expected("a \"kind\"")
            .found("nothing"));
    return std::nullopt;
  }
  return std::move(*object);
}

bool ComponentRun::refreshContext() {
  std::vector<Error> failures;
  if (configuration_) {
    contextData_.set("output", *configuration_);
  } else if (auto output = base_.toJson()) {
    contextData_.set("output", output->sorted());
  } else {
    tell({output.error()}, root_, scope_);
    return false;
  }
  data::Value outputs = data::Value::object();
  for (const Auxiliary& auxiliary : auxiliaries_) {
    auto object = auxiliary.value.toJson();
    if (!object) {
      tell({object.error()}, auxiliary.root, auxiliary.scope);
      return false;
    }
    outputs.set(auxiliary.name, object->sorted());
  }
  if (!outputs.empty()) contextData_.set("outputs", outputs.sorted());
  return true;
}

bool ComponentRun::applyPatches(const cue::Value& root, const FaultScope& scope) {
  auto note = [&](cue::Value& target, Result<cue::Value> patched) {
    std::vector<Error> failures;
    if (!patched) {
      failures.push_back(patched.error());
    } else {
      failures = patched->validate();
    }
    if (session_.exhausted()) failures = {*session_.exhausted()};
    if (failures.empty()) {
      target = *patched;
      return true;
    }
    for (Error& failure : failures) failure.context("merging the patch into the component's object");
    tell(failures, root, scope);
    return false;
  };
  if (cue::Value patch = root.lookup("patch"); patch.exists()) {
    if (configuration_) base_ = session_.fromData(*configuration_);
    if (!note(base_, applyPatch(session_, base_, patch))) return false;
    if (configuration_) {
      auto object = base_.toJson();
      if (!object) {
        tell({object.error()}, root, scope);
        return false;
      }
      configuration_ = std::move(*object);
    }
  }
  cue::Value patches = root.lookup("patchOutputs");
  if (!patches.exists()) return true;
  for (Auxiliary& auxiliary : auxiliaries_) {
    cue::Selector name;
    name.name = auxiliary.name;
    cue::Value patch = patches.field(name);
    if (patch.exists() && !note(auxiliary.value, applyStrategicPatch(session_, auxiliary.value, patch)))
      return false;
  }
  return true;
}

void ComponentRun::warnUnfit() {
  std::vector<std::string> types;
  for (const RenderedTrait& trait : traits_) types.push_back(trait.type);
  for (std::size_t i = 0; i < traits_.size(); ++i) {
    if (traits_[i].definition == nullptr || definition_ == nullptr) continue;
    std::vector<std::string> others = types;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    for (std::string& why : unfit(*traits_[i].definition, *definition_, others)) {
      diagnostics_->warn(component_.traits[i]
                             .place.error(ErrorCode::InvalidArgument, std::move(why))
                             .context(scopeOf(component_.traits[i], traits_[i].definition).title));
    }
  }
}

FaultScope ComponentRun::scopeOf(const oam::Trait& trait,
                                 const std::shared_ptr<const oam::Definition>& definition) const {
  FaultScope out;
  out.title = "trait \"" + trait.type + "\" of component \"" + component_.name + "\"";
  out.type = trait.place;
  out.properties = trait.propertiesPlace;
  out.application = application_.source;
  out.given = trait.properties;
  out.owner = trait.object;
  out.definition = definition;
  return out;
}

void ComponentRun::checkParameters(const oam::Trait& trait,
                                   const std::shared_ptr<const oam::Definition>& definition) {
  if (definition->schematic != oam::SchematicKind::Cue) return;
  FaultScope scope = scopeOf(trait, definition);
  cue::Value root = evaluate(*definition, trait.properties, false, scope);
  if (!root.exists()) return;
  std::vector<Error> failures = root.lookup("parameter").validate();
  if (!failures.empty()) tell(failures, root, scope);
}

void ComponentRun::runTrait(const oam::Trait& trait,
                            const std::shared_ptr<const oam::Definition>& definition) {
  FaultScope scope = scopeOf(trait, definition);
  if (definition->schematic == oam::SchematicKind::None) {
    // A raw trait: the properties are the custom resource's spec, and the resource is the definition's own
    // business.
    diagnostics_->error(scope.type
                            .error(ErrorCode::NotSupported,
                                   definition->title() + " has no template; it only names the resource " +
                                       definition->definitionRef)
                            .context(scope.title));
    return;
  }
  cue::Value root = evaluate(*definition, trait.properties, false, scope);
  if (!root.exists() || reportInvalid(root, scope)) return;
  warnUndeclared(*definition, trait.properties, scope);
  collectOutputs(root, labelType(trait.type), definition, scope);
  if (!applyPatches(root, scope)) return;
  // What the definition's author says is wrong, in words.
  for (const cue::Value& element : root.lookup("errs").elements()) {
    auto text = element.asString();
    if (!text || text->empty()) continue;
    diagnostics_->error(scope.properties.error(ErrorCode::InvalidArgument, *text).context(scope.title));
    return;
  }
  managedByTrait_ = managedByTrait_ || definition->manageWorkload;
}

void ComponentRun::assemble(RenderedComponent& out) {
  Contract contract(application_, component_.name, context_);
  std::optional<data::Value> workload = configuration_;
  if (!workload) workload = finished(base_, root_, scope_, "the output");
  if (!workload) return;
  contract.stampWorkload(*workload, component_.type);
  std::map<std::string, const Auxiliary*> made;
  for (const Auxiliary& auxiliary : auxiliaries_) {
    auto object = finished(auxiliary.value, auxiliary.root, auxiliary.scope, "outputs." + auxiliary.name);
    if (!object) continue;
    contract.stampTrait(*object, auxiliary.type, auxiliary.name, auxiliary.definition->controlPlaneOnly);
    auto [first, fresh] = made.emplace(identityOf(*object), &auxiliary);
    if (!fresh) {
      diagnostics_->warn(
          auxiliary.scope.type
              .error(ErrorCode::Invalid, "the object " + first->first + " is made twice, also by " +
                                             first->second->scope.title + "; the later one wins")
              .context(auxiliary.scope.title));
    }
    if (auxiliary.type != kAuxiliaryWorkload) {
      if (auto set = setWorkloadReference(*object, *auxiliary.definition, *workload); !set) {
        diagnostics_->add(explain(set.error(), auxiliary.scope));
      }
    }
    out.resources.push_back(
        {std::move(*object), Resource::Role::Trait, auxiliary.type, auxiliary.name, auxiliary.definition});
  }
  if (!managedByTrait_) {
    out.resources.insert(out.resources.begin(),
                         {std::move(*workload), Resource::Role::Workload, "", "", definition_});
  }
  out.workloadManagedByTrait = managedByTrait_;
}

RenderedComponent ComponentRun::run(oam::Diagnostics& diagnostics) {
  diagnostics_ = &diagnostics;
  RenderedComponent out;
  out.name = component_.name;
  out.type = component_.type;
  out.properties = component_.properties;
  std::size_t before = diagnostics.errors.size();
  auto lookUp = [&](oam::DefinitionKind kind, const std::string& type, const oam::Place& place) {
    std::shared_ptr<const oam::Definition> found;
    if (type.empty()) return found;
    auto result = oam::findExtended(catalog_, kind, type);
    if (result) return *result;
    if (result.error().where().empty()) {
      diagnostics.error(place.error(result.error()));
    } else {
      diagnostics.add(result.error());
    }
    return found;
  };
  definition_ = lookUp(oam::DefinitionKind::Component, component_.type, component_.typePlace);
  out.definition = definition_;
  scope_.definition = definition_;
  for (const oam::Trait& trait : component_.traits) {
    traits_.push_back(
        {trait.type, trait.properties, lookUp(oam::DefinitionKind::Trait, trait.type, trait.place)});
  }
  bool ready = definition_ != nullptr && runWorkload(*definition_);
  contextData_.set("componentType", labelType(component_.type));
  for (std::size_t i = 0; i < traits_.size(); ++i) {
    if (traits_[i].definition == nullptr) continue;
    ready = ready && refreshContext();
    if (ready) {
      runTrait(component_.traits[i], traits_[i].definition);
    } else {
      // Without an object to patch, what can still be said is whether its parameters fit.
      checkParameters(component_.traits[i], traits_[i].definition);
    }
  }
  out.traits = traits_;
  warnUnfit();
  if (ready && diagnostics.errors.size() == before) assemble(out);
  return out;
}

}  // namespace puppis::render
