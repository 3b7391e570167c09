// SPDX-License-Identifier: Apache-2.0
// The native side of bench/render; see run.sh.
//   render_bench app N DEFINITIONS_DIR APP.yaml                      a whole Application
//   render_bench template N DEFINITION.yaml PARAMETER.json CONTEXT.json   one template, compiled once and
//   compiled each time
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/files.h"
#include "base/source.h"
#include "cue/cue.h"
#include "data/json.h"
#include "data/yaml.h"
#include "oam/application.h"
#include "oam/catalog.h"
#include "oam/runtime.h"
#include "render/render.h"

namespace {

using namespace puppis;  // NOLINT(google-build-using-namespace): one small program

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << result.error().report();
    std::exit(1);
  }
  return std::move(*result);
}

template <typename F>
std::int64_t nanosEach(int rounds, F&& once) {
  once();
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) once();
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count() / rounds;
}

std::shared_ptr<const SourceFile> source(const std::string& path) {
  SystemFiles files;
  return SourceFile::make(path, must(files.read(path)));
}

void application(int rounds, const std::string& definitions, const std::string& path) {
  SystemFiles files;
  auto runtime = oam::makeRuntime();
  auto catalog = must(oam::loadDefinitions(files, {definitions}, *runtime));
  auto documents = must(data::parseYaml(source(path)));
  oam::Diagnostics diagnostics;
  oam::Application app = oam::parseApplication(documents.at(0), source(path), diagnostics);
  if (!diagnostics.ok()) must(Result<int>(fail(diagnostics.combined())));
  render::Renderer renderer(runtime);
  render::RenderContext context;
  context.namespace_ = "default";
  context.appRevision = "shop-v1";
  std::vector<data::Value> objects;
  auto once = [&] { objects = must(renderer.render(app, *catalog, context)).objects(); };
  std::int64_t nanos = nanosEach(rounds, once);
  std::cout << data::toJson(
                   data::Value::object({{"nsPerApp", nanos}, {"objects", data::Value::array(objects)}}))
            << '\n';
}

void oneTemplate(int rounds, const std::string& path, const std::string& parameterPath,
                 const std::string& contextPath) {
  SystemFiles files;
  auto runtime = oam::makeRuntime();
  auto parameter = must(data::parseJson(must(files.read(parameterPath))));
  auto context = must(data::parseJson(must(files.read(contextPath))));
  auto documents = must(data::parseYaml(source(path)));
  auto definition = must(oam::parseDefinition(documents.at(0), source(path)));
  render::Renderer renderer(runtime);
  data::Value out;
  std::int64_t reused =
      nanosEach(rounds, [&] { out = must(renderer.renderTemplate(*definition, parameter, context)); });
  std::int64_t fresh = nanosEach(rounds, [&] {
    auto cold = oam::makeRuntime();
    render::Renderer once(cold);
    must(once.renderTemplate(*definition, parameter, context));
  });
  std::cout << data::toJson(data::Value::object({{"reusedNs", reused}, {"freshNs", fresh}, {"out", out}}))
            << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  std::string what = argc > 1 ? argv[1] : "";
  int rounds = argc > 2 ? std::atoi(argv[2]) : 0;
  if (what == "app" && argc == 5 && rounds > 0) {
    application(rounds, argv[3], argv[4]);
  } else if (what == "template" && argc == 6 && rounds > 0) {
    oneTemplate(rounds, argv[3], argv[4], argv[5]);
  } else {
    std::cerr << "usage: render_bench app N DEFINITIONS APP | template N DEFINITION PARAMETER CONTEXT\n";
    return 2;
  }
  return 0;
}
