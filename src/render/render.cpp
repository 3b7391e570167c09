// SPDX-License-Identifier: Apache-2.0
#include "render/render.h"

#include <algorithm>

#include "cue/cue.h"
#include "oam/extends.h"
#include "render/check.h"
#include "render/component.h"
#include "render/context_data.h"
#include "render/contract.h"
#include "render/providers.h"
#include "render/templates.h"

namespace puppis::render {

struct Renderer::Impl {
  explicit Impl(std::shared_ptr<cue::Runtime> runtime) : templates(std::move(runtime)) {}
  Templates templates;
};

Renderer::Renderer(std::shared_ptr<cue::Runtime> runtime)
    : impl_(std::make_unique<Impl>(std::move(runtime))) {}
Renderer::~Renderer() = default;
const std::shared_ptr<cue::Runtime>& Renderer::runtime() const {
  return impl_->templates.runtime();
}

std::vector<data::Value> Rendered::objects() const {
  std::vector<data::Value> out;
  for (const RenderedComponent& component : components) {
    for (const Resource& resource : component.resources) out.push_back(resource.object);
  }
  for (const RenderedPolicy& policy : policies)
    out.insert(out.end(), policy.objects.begin(), policy.objects.end());
  return out;
}

namespace {

/// context.artifacts of a policy: what the components became.
data::Value artifactsOf(const std::vector<RenderedComponent>& components) {
  data::Value out = data::Value::object();
  for (const RenderedComponent& component : components) {
    data::Value one = data::Value::object();
    for (const Resource& resource : component.resources) {
      if (resource.role == Resource::Role::Workload) {
        one.set("workload", resource.object);
      } else {
        one["traits"][resource.traitType].set(resource.outputName, resource.object);
      }
    }
    out.set(component.name, one.sorted());
  }
  return out.sorted();
}

class PolicyRun {
 public:
  PolicyRun(Templates& templates, const oam::Application& application, const oam::Policy& policy,
            const RenderContext& context, oam::Diagnostics& diagnostics)
      : templates_(templates),
        application_(application),
        policy_(policy),
        context_(context),
        diagnostics_(diagnostics) {
    scope_ = scopeOf(policy, application.source);
  }

  RenderedPolicy run(const oam::Definition& definition, const data::Value& artifacts) {
    RenderedPolicy out;
    out.name = policy_.name;
    auto program = templates_.of(definition);
    if (!program) {
      diagnostics_.add(explain(program.error(), scope_));
      return out;
    }
    cue::Budget budget;
    budget.wallTime = context_.budgetTime;
    budget.memoryBytes = context_.budgetMemory;
    cue::Session session(templates_.runtime(), budget);
    data::Value contextData = contextOf(application_, policy_.name, data::Value(), context_);
    contextData.set("artifacts", artifacts);
    cue::Value root = session.evaluate(
        *program,
        {{"parameter", policy_.properties.isObject() ? policy_.properties.sorted() : data::Value::object(),
          application_.source},
         {"context", contextData, {}}});
    std::vector<Error> failures = root.validate();
    if (failures.empty() && asksTheWorld(**program)) {
      if (auto called = callProviders(session, root, context_.world)) {
        root = *called;
      } else {
        failures.push_back(called.error());
      }
    }
    if (!failures.empty()) {
      note(failures, root);
      return out;
    }
    Contract contract(application_, policy_.name, context_);
    std::vector<cue::Value> made = {root.lookup("output")};
    for (auto& [name, value] : outputFields(root.lookup("outputs"))) made.push_back(value);
    for (const cue::Value& value : made) {
      if (!value.exists()) continue;
      std::vector<Error> unfinished = value.validate({.concrete = true, .final = true});
      auto object = value.toJson();
      if (!unfinished.empty() || !object) {
        if (unfinished.empty()) unfinished.push_back(object.error());
        note(unfinished, root);
        return out;
      }
      contract.stampPolicy(*object);
      out.objects.push_back(std::move(*object));
    }
    return out;
  }

 private:
  void note(const std::vector<Error>& failures, const cue::Value& root) {
    for (const Error& e : explain(failures, root, scope_)) diagnostics_.add(e);
  }

  Templates& templates_;
  const oam::Application& application_;
  const oam::Policy& policy_;
  const RenderContext& context_;
  oam::Diagnostics& diagnostics_;
  FaultScope scope_;
};

}  // namespace

Result<RenderedComponent> Renderer::renderComponent(const oam::Application& application,
                                                    const oam::Component& component,
                                                    const oam::Catalog& catalog, const RenderContext& context,
                                                    std::vector<Error>& warnings) {
  oam::Diagnostics diagnostics;
  oam::NewestCatalog seen(catalog, oam::followsNewest(application));
  RenderedComponent out =
      ComponentRun(impl_->templates, application, component, seen, context).run(diagnostics);
  warnings.insert(warnings.end(), diagnostics.warnings.begin(), diagnostics.warnings.end());
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  return out;
}

Result<Rendered> Renderer::render(const oam::Application& application, const oam::Catalog& catalog,
                                  const RenderContext& context) {
  Rendered out;
  oam::Diagnostics diagnostics;
  oam::NewestCatalog seen(catalog, oam::followsNewest(application));
  for (const oam::Component& component : application.components) {
    out.components.push_back(
        ComponentRun(impl_->templates, application, component, seen, context).run(diagnostics));
  }
  data::Value artifacts;
  for (const oam::Policy& policy : application.policies) {
    if (isSteering(policy.type)) continue;
    auto definition = oam::findExtended(seen, oam::DefinitionKind::Policy, policy.type);
    if (!definition) {
      diagnostics.error(policy.typePlace.error(definition.error()));
      continue;
    }
    if (!diagnostics.ok()) continue;
    if (artifacts.isNull()) artifacts = artifactsOf(out.components);
    out.policies.push_back(
        PolicyRun(impl_->templates, application, policy, context, diagnostics).run(**definition, artifacts));
  }
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  out.warnings = std::move(diagnostics.warnings);
  return out;
}

void Renderer::checkParameters(const oam::Application& application, const oam::Catalog& catalog,
                               const RenderContext& context, oam::Diagnostics& diagnostics) {
  ParameterCheck(impl_->templates, application, catalog, context, diagnostics).run();
}

Result<data::Value> Renderer::renderTemplate(const oam::Definition& definition, const data::Value& parameter,
                                             const data::Value& context) {
  TRY(auto program, impl_->templates.of(definition));
  cue::Session session(impl_->templates.runtime());
  session.deferOptionalFields(true);
  cue::Value root =
      session.evaluate(program, {{"parameter", parameter.isObject() ? parameter : data::Value::object(), {}},
                                 {"context", context.isObject() ? context : data::Value::object(), {}}});
  oam::Diagnostics diagnostics;
  for (Error& failure : root.validate()) diagnostics.error(std::move(failure));
  if (diagnostics.ok() && asksTheWorld(*program)) {
    TRY(root, callProviders(session, root, nullptr));
  }
  data::Value out = data::Value::object();
  for (const char* part : {"output", "outputs", "patch", "patchOutputs", "errs"}) {
    cue::Value value = root.lookup(part);
    if (!value.exists() || !diagnostics.ok()) continue;
    auto data = value.toJson();
    if (data) {
      out.set(part, std::move(*data));
    } else {
      diagnostics.add(data.error());
    }
  }
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  return out;
}

}  // namespace puppis::render
