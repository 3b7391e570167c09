// SPDX-License-Identifier: Apache-2.0
#include "render/templates.h"

#include <vector>

#include "cue/cue.h"
#include "cue/syntax/parse.h"

namespace puppis::render {

namespace {
/// Far more than a platform registers; beyond it something makes texts up, and keeping them all would be a
/// leak.
constexpr std::size_t kMostPrograms = 4096;
}  // namespace

Result<std::shared_ptr<const cue::Program>> Templates::compile(
    const std::shared_ptr<const SourceFile>& source) const {
  return runtime_->compile(source,
                           {.listArithmetic = true, .openNames = {"context", "parameter"}, .importPath = {}});
}

Result<std::shared_ptr<const cue::Program>> Templates::of(const oam::Definition& definition) {
  const std::shared_ptr<const SourceFile>& source = definition.templateSource;
  if (source == nullptr) {
    return fail(ErrorCode::InvalidArgument, definition.title() + " has no CUE template");
  }
  if (!definition.baseSources.empty()) return ofExtending(definition);
  {
    std::lock_guard lock(mutex_);
    if (auto found = templates_.find(source.get()); found != templates_.end()) return found->second.program;
  }
  auto program = compile(source);
  if (!program) return fail(std::move(program).error().context(definition.title()));
  std::lock_guard lock(mutex_);
  if (templates_.size() >= kMostPrograms) templates_.clear();
  templates_.emplace(source.get(), Entry{source, *program, nullptr});
  return program;
}

Result<std::shared_ptr<const cue::Program>> Templates::ofExtending(const oam::Definition& definition) {
  std::vector<std::shared_ptr<const SourceFile>> sources = definition.baseSources;
  sources.push_back(definition.templateSource);
  std::string name;
  for (const auto& source : sources) name += source->name() + '\0' + std::string(source->text()) + '\0';
  {
    std::lock_guard lock(mutex_);
    if (auto found = texts_.find(name); found != texts_.end()) return found->second;
  }
  std::vector<std::shared_ptr<const cue::File>> files;
  for (const auto& source : sources) {
    TRY(auto file, cue::parse(source));
    files.push_back(std::move(file));
  }
  auto program = runtime_->compile(
      files, {.listArithmetic = true, .openNames = {"context", "parameter"}, .importPath = {}});
  if (!program) return fail(std::move(program).error().context(definition.title()));
  std::lock_guard lock(mutex_);
  if (texts_.size() >= kMostPrograms) texts_.clear();
  texts_.emplace(std::move(name), *program);
  return program;
}

Result<std::shared_ptr<const cue::Program>> Templates::of(
    const oam::Definition& definition, std::string_view key, const std::string& text,
    const std::function<std::shared_ptr<const SourceFile>()>& place) {
  std::string name = definition.title() + '\0' + std::string(key) + '\0' + text;
  {
    std::lock_guard lock(mutex_);
    if (auto found = texts_.find(name); found != texts_.end()) return found->second;
  }
  auto program = compile(place());
  if (!program)
    return fail(std::move(program).error().context(std::string(key) + " of " + definition.title()));
  std::lock_guard lock(mutex_);
  if (texts_.size() >= kMostPrograms) texts_.clear();
  texts_.emplace(std::move(name), *program);
  return program;
}

std::shared_ptr<const Templates::Declared> Templates::declaredParameters(const oam::Definition& definition) {
  const SourceFile* source = definition.templateSource.get();
  {
    std::lock_guard lock(mutex_);
    auto found = templates_.find(source);
    if (found != templates_.end() && found->second.declared != nullptr) return found->second.declared;
  }
  auto out = std::make_shared<Declared>();
  if (auto program = of(definition)) {
    cue::Session session(runtime_);
    cue::Value schema = session.evaluate(*program).lookup("parameter");
    if (schema.exists()) {
      out->names = schema::declaredNames(schema);
      out->places = schema.locations();
    }
  }
  std::lock_guard lock(mutex_);
  if (auto found = templates_.find(source); found != templates_.end()) found->second.declared = out;
  return out;
}

}  // namespace puppis::render
