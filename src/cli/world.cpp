// SPDX-License-Identifier: Apache-2.0
#include "cli/world.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/files.h"
#include "base/strings.h"
#include "cli/output.h"
#include "data/yaml.h"
#include "oam/runtime.h"

namespace puppis::cli {

Result<Definitions> loadDefinitions(Context& context, const std::vector<std::string>& paths) {
  Definitions out;
  out.runtime = oam::makeRuntime();
  auto builtIn = std::make_shared<oam::BuiltInCatalog>(out.runtime);
  if (paths.empty()) {
    out.catalog = std::move(builtIn);
    return out;
  }
  TRY(auto given, oam::loadDefinitions(context.files, paths, *out.runtime, &out.others));
  out.catalog = std::make_shared<oam::LayeredCatalog>(
      std::vector<std::shared_ptr<const oam::Catalog>>{std::move(given), std::move(builtIn)});
  return out;
}

Result<std::shared_ptr<const SourceFile>> readSource(Context& context, const std::string& path) {
  if (path == "-") {
    return SourceFile::make("-", std::string(std::istreambuf_iterator<char>(context.in), {}));
  }
  TRY(std::string text, context.files.read(path));
  return SourceFile::make(path, std::move(text));
}

Result<data::Value> readDocument(Context& context, const std::string& path) {
  if (path.empty()) return data::Value::object();
  TRY(auto source, readSource(context, path));
  TRY(std::vector<data::Value> documents, data::parseYaml(source));
  if (documents.empty()) return data::Value::object();
  return std::move(documents.front());
}

void printWarnings(Context& context, const std::vector<Error>& warnings) {
  for (const Error& warning : warnings) {
    // Behind the place, as an error has it, so that editors find both.
    std::string text = warning.str();
    std::string place = warning.where().empty() ? "" : warning.where().front().str();
    std::size_t at = place.empty() || !startsWith(text, place + ": ") ? 0 : place.size() + 2;
    context.err << text.substr(0, at) << painted("warning: ", "yellow", context.colourErr) << text.substr(at)
                << '\n';
  }
}

Status settle(Context& context, oam::Diagnostics& diagnostics, bool strict) {
  auto tidy = [](std::vector<Error>& errors) {
    auto key = [](const Error& e) {
      Location at = e.where().empty() ? Location{} : e.where().front();
      return std::make_tuple(at.file, at.line, at.column);
    };
    std::ranges::stable_sort(errors, {}, key);
    auto same = [](const Error& a, const Error& b) { return a.str() == b.str(); };
    errors.erase(std::unique(errors.begin(), errors.end(), same), errors.end());
  };
  if (strict) {
    for (Error& warning : diagnostics.warnings) diagnostics.error(std::move(warning));
    diagnostics.warnings.clear();
  }
  tidy(diagnostics.warnings);
  tidy(diagnostics.errors);
  printWarnings(context, diagnostics.warnings);
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  return {};
}

}  // namespace puppis::cli
