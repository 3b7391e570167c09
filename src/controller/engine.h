// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "render/health.h"
#include "render/render.h"

namespace puppis::controller {

/// The two questions that the controller asks about an Application's definitions. Safe to share between
/// threads.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Result<render::Rendered> render(const oam::Application& application, const oam::Catalog& catalog,
                                          const render::RenderContext& context) = 0;
  virtual render::LiveStatus evaluate(const oam::Definition& definition, const data::Value& parameter,
                                      const render::StatusContext& context) = 0;
};

/// The answers of the rooms `render` and `cue`. `world` is what templates may ask while they are rendered;
/// null for nothing. It must outlive the engine.
std::unique_ptr<Engine> makeEngine(std::shared_ptr<cue::Runtime> runtime, render::World* world = nullptr);

}  // namespace puppis::controller
