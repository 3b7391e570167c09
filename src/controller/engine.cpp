// SPDX-License-Identifier: Apache-2.0
#include "controller/engine.h"

namespace puppis::controller {

namespace {

class CueEngine final : public Engine {
 public:
  CueEngine(const std::shared_ptr<cue::Runtime>& runtime, render::World* world)
      : renderer_(runtime), evaluator_(runtime), world_(world) {}

  Result<render::Rendered> render(const oam::Application& application, const oam::Catalog& catalog,
                                  const render::RenderContext& context) override {
    render::RenderContext here = context;
    here.world = world_;
    return renderer_.render(application, catalog, here);
  }
  render::LiveStatus evaluate(const oam::Definition& definition, const data::Value& parameter,
                              const render::StatusContext& context) override {
    return evaluator_.evaluate(definition, parameter, context);
  }

 private:
  render::Renderer renderer_;
  render::StatusEvaluator evaluator_;
  render::World* world_;
};

}  // namespace

std::unique_ptr<Engine> makeEngine(std::shared_ptr<cue::Runtime> runtime, render::World* world) {
  return std::make_unique<CueEngine>(runtime, world);
}

}  // namespace puppis::controller
