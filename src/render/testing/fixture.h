// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/yaml.h"
#include "oam/application.h"
#include "oam/catalog.h"
#include "render/render.h"

/// What tests of this room begin with. Only test programs include this.
namespace puppis::render::testing {

/// A definition as YAML from its kind, name and template.
inline std::string definitionYaml(const std::string& kind, const std::string& name, const std::string& text,
                                  const std::string& moreSpec = "") {
  std::string out = "apiVersion: core.oam.dev/v1beta1\nkind: " + kind + "\nmetadata:\n  name: " + name +
                    "\nspec:\n" + moreSpec + "  schematic:\n    cue:\n      template: |\n";
  std::string line;
  for (char c : text + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    out += line.empty() ? "\n" : "        " + line + "\n";
    line.clear();
  }
  return out;
}

class Fixture {
 public:
  void define(const std::string& kind, const std::string& name, const std::string& text,
              const std::string& moreSpec = "") {
    auto source = SourceFile::make(name + ".yaml", definitionYaml(kind, name, text, moreSpec));
    auto documents = data::parseYaml(source);
    ASSERT_TRUE(documents) << documents.error().str();
    auto definition = oam::parseDefinition(documents->at(0), source);
    ASSERT_TRUE(definition) << definition.error().str();
    catalog->add(*definition);
  }
  void component(const std::string& name, const std::string& text) {
    define("ComponentDefinition", name, text);
  }
  void trait(const std::string& name, const std::string& text, const std::string& moreSpec = "") {
    define("TraitDefinition", name, text, moreSpec);
  }

  oam::ApplicationFiles files(const std::string& text) {
    auto read = oam::readApplicationFiles(
        {SourceFile::make("app.yaml", text)}, [](std::string_view) { return false; }, diagnostics);
    EXPECT_TRUE(read) << read.error().str();
    return read ? std::move(*read) : oam::ApplicationFiles();
  }

  /// Renders an Application whose spec is given.
  Result<Rendered> render(const std::string& spec) {
    oam::Application application =
        files("apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata:\n  name: app\n" + spec)
            .application;
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    return renderer.render(application, *catalog, context);
  }

  std::shared_ptr<cue::Runtime> runtime = cue::Runtime::make();
  std::shared_ptr<oam::MemoryCatalog> catalog = std::make_shared<oam::MemoryCatalog>();
  Renderer renderer{runtime};
  RenderContext context;
  oam::Diagnostics diagnostics;
};

}  // namespace puppis::render::testing
