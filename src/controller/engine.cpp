// SPDX-License-Identifier: Apache-2.0
#include "controller/engine.h"

namespace puppis::controller {

namespace {

class CueEngine final : public Engine {
 public:
  explicit CueEngine(const std::shared_ptr<cue::Runtime>& runtime)
      : renderer_(runtime), evaluator_(runtime) {}

  Result<render::Rendered> render(const oam::Application& application, const oam::Catalog& catalog,
                                  const render::RenderContext& context) override {
    return renderer_.render(application, catalog, context);
  }
  render::LiveStatus evaluate(const oam::Definition& definition, const data::Value& parameter,
                              const render::StatusContext& context) override {
    return evaluator_.evaluate(definition, parameter, context);
  }

 private:
  render::Renderer renderer_;
  render::StatusEvaluator evaluator_;
};

}  // namespace

std::unique_ptr<Engine> makeEngine(std::shared_ptr<cue::Runtime> runtime) {
  return std::make_unique<CueEngine>(runtime);
}

}  // namespace puppis::controller
