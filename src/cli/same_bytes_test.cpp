// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/files.h"
#include "cli/output.h"
#include "cli/testing/world.h"
#include "cli/verbs.h"
#include "controller/engine.h"
#include "controller/wish.h"
#include "data/yaml.h"
#include "deliver/merge.h"
#include "kube/memory_client.h"
#include "kube/object.h"
#include "oam/runtime.h"

// What a dry run shows and what the controller applies are the same bytes, for every example of the library,
// the examples of the project, and the conformance Applications where they are there (PUPPIS_CONFORMANCE).

namespace puppis::cli {
namespace {

namespace fs = std::filesystem;

fs::path root() {
  return PUPPIS_SOURCE_DIR;
}

std::vector<fs::path> corpus() {
  std::vector<fs::path> out;
  auto add = [&](const fs::path& folder, const std::string& ending) {
    if (!fs::exists(folder)) return;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().string().ends_with(ending)) out.push_back(entry.path());
    }
  };
  add(root() / "definitions", ".example.yaml");
  add(root() / "examples", ".yaml");
  if (const char* more = std::getenv("PUPPIS_CONFORMANCE")) add(fs::path(more) / "apps" / "app", ".yaml");
  std::sort(out.begin(), out.end());
  return out;
}

/// The objects a dry run prints, or nothing when it refuses the Application.
std::optional<std::string> dryRun(const std::string& text) {
  testing::World world;
  EXPECT_TRUE(world.files.write("app.yaml", text, 0644));
  int code =
      runCommandLine({"dry-run", "-f", "app.yaml", "--placed", "-o", "json"}, allVerbs(), world.context);
  if (code != 0) return std::nullopt;
  return world.out.str();
}

/// The objects the controller would apply, printed the same way, or nothing when it cannot render. The
/// namespace of an object whose kind has none is the API's to say, which there is none of here.
std::optional<std::string> wished(const std::string& text, std::string& why) {
  auto source = SourceFile::make("app.yaml", text);
  auto runtime = oam::makeRuntime();
  oam::BuiltInCatalog catalog(runtime);
  oam::Diagnostics diagnostics;
  auto isTrait = [&](std::string_view name) {
    return catalog.find(oam::DefinitionKind::Trait, name).has_value();
  };
  auto files = oam::readApplicationFiles({source}, isTrait, diagnostics);
  if (!files || !diagnostics.ok()) {
    why = files ? diagnostics.combined().str() : files.error().str();
    return std::nullopt;
  }
  ManualClock clock;
  SeededRandom random(1);
  kube::MemoryClient client(clock, random);
  kube::RestMapper mapper(client);
  auto engine = controller::makeEngine(runtime);
  std::string ns = files->application.namespace_.empty() ? "default" : files->application.namespace_;
  std::string revision = files->application.object.get("status", "latestRevision", "name").asString();
  auto wish = controller::makeWish(*engine, client, mapper, *files, catalog,
                                   {ns, files->application.name, ""}, revision, {});
  if (!wish) {
    why = wish.error().str();
    return std::nullopt;
  }
  std::vector<data::Value> objects;
  for (const deliver::Desired& one : wish->desired) objects.push_back(one.object);
  testing::World world;
  printAll(world.context, objects, "json");
  return world.out.str();
}

/// The objects of a dry run as an API would have them: one of each name, and no namespace where the kind has
/// none.
std::string asOneApi(const std::string& text) {
  auto documents = data::parseYaml(SourceFile::make("t", text));
  EXPECT_TRUE(documents);
  std::vector<data::Value> objects;
  std::map<deliver::ObjectId, std::size_t> places;
  for (data::Value object : documents->front().elements()) {
    for (const char* kind : {"ClusterRole", "ClusterRoleBinding", "Namespace", "CustomResourceDefinition",
                             "StorageClass", "PersistentVolume", "PriorityClass"}) {
      if (object.get("kind").asString() == kind) object["metadata"].erase("namespace");
    }
    auto [at, fresh] = places.try_emplace(deliver::ObjectId::of(object), objects.size());
    if (fresh) {
      objects.push_back(std::move(object));
    } else {
      auto merged = deliver::overlay(objects[at->second], object);
      EXPECT_TRUE(merged);
      if (merged) objects[at->second] = std::move(*merged);
    }
  }
  testing::World world;
  printAll(world.context, objects, "json");
  return world.out.str();
}

TEST(SameBytes, TheDryRunShowsWhatTheControllerApplies) {
  SystemFiles disk;
  std::size_t rendered = 0;
  std::size_t refused = 0;
  for (const fs::path& path : corpus()) {
    auto text = disk.read(path.string());
    ASSERT_TRUE(text);
    auto shown = dryRun(*text);
    std::string why;
    auto applied = wished(*text, why);
    if (!shown || !applied) {
      // What only a cluster knows (another cluster, a missing name) may stop the controller, never the other
      // way.
      EXPECT_FALSE(!shown && applied) << path;
      ++refused;
      continue;
    }
    ++rendered;
    EXPECT_TRUE(asOneApi(*shown) == *applied) << path;
  }
  EXPECT_GT(rendered, 60U);
  RecordProperty("rendered", static_cast<int>(rendered));
  RecordProperty("refused", static_cast<int>(refused));
}

}  // namespace
}  // namespace puppis::cli
