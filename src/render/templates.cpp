// SPDX-License-Identifier: Apache-2.0
#include "render/templates.h"

#include "cue/cue.h"

namespace puppis::render {

namespace {
/// Far more than a platform registers; beyond it something makes texts up, and keeping them all would be a
/// leak.
constexpr std::size_t kMostPrograms = 4096;
}  // namespace

Result<std::shared_ptr<const cue::Program>> Templates::of(const oam::Definition& definition) {
  if (definition.templateSource == nullptr) {
    return fail(ErrorCode::InvalidArgument, definition.title() + " has no CUE template");
  }
  auto program = of(definition.templateSource);
  if (!program) return fail(std::move(program).error().context(definition.title()));
  return program;
}

Result<std::shared_ptr<const cue::Program>> Templates::of(const std::shared_ptr<const SourceFile>& source) {
  std::string key = source->name() + '\0' + std::string(source->text());
  {
    std::lock_guard lock(mutex_);
    if (auto found = programs_.find(key); found != programs_.end()) return found->second;
  }
  TRY(auto program,
      runtime_->compile(source,
                        {.listArithmetic = true, .openNames = {"context", "parameter"}, .importPath = {}}));
  std::lock_guard lock(mutex_);
  if (programs_.size() >= kMostPrograms) programs_.clear();
  programs_.emplace(std::move(key), program);
  return program;
}

}  // namespace puppis::render
