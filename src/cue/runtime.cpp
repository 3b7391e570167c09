// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/compile/compiler.h"
#include "cue/eval/state.h"
#include "cue/runtime_impl.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

Arena ArenaPool::take() {
  std::lock_guard lock(mutex_);
  if (arenas_.empty()) return Arena(256 * 1024);
  Arena out = std::move(arenas_.back());
  arenas_.pop_back();
  return out;
}

void ArenaPool::give(Arena arena) {
  constexpr std::size_t kMaxArenas = 32;
  constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;
  arena.reset();
  if (arena.bytes() > kMaxBytes) return;
  std::lock_guard lock(mutex_);
  if (arenas_.size() < kMaxArenas) arenas_.push_back(std::move(arena));
}

Runtime::Runtime() : impl_(std::make_unique<Impl>()) {}
Runtime::~Runtime() = default;

std::shared_ptr<Runtime> Runtime::make() {
  return std::shared_ptr<Runtime>(new Runtime());
}

void Runtime::setImporter(Importer importer) {
  impl_->importer = std::move(importer);
}

Result<std::shared_ptr<const Program>> Runtime::compile(std::span<const std::shared_ptr<const File>> files,
                                                        const CompileOptions& options) {
  Compiler compiler(*this, options);
  compiler.files(files);
  return compiler.finish();
}

Result<std::shared_ptr<const Program>> Runtime::compile(std::shared_ptr<const SourceFile> source,
                                                        const CompileOptions& options) {
  TRY(auto file, parse(std::move(source)));
  return compile(std::span<const std::shared_ptr<const File>>(&file, 1), options);
}

Result<std::shared_ptr<const Program>> Runtime::compile(std::string name, std::string text,
                                                        const CompileOptions& options) {
  return compile(SourceFile::make(std::move(name), std::move(text)), options);
}

bool CompiledProgram::declares(std::string_view label) const {
  for (const ir::StructLit* root : roots) {
    const auto* file = root->syntax == nullptr ? nullptr : root->syntax->as<File>();
    if (file == nullptr) continue;
    for (const Decl* d : file->decls) {
      const auto* field = d->as<Field>();
      if (field == nullptr) continue;
      const Node* name = field->label;
      if (const auto* alias = name->as<Alias>()) name = alias->expr;
      if (const auto* id = name->as<Ident>(); id != nullptr && id->name == label) return true;
      if (const auto* lit = name->as<BasicLit>(); lit != nullptr && lit->token == Token::String) {
        if (auto s = unquote(lit->text); s && s->text == label) return true;
      }
    }
  }
  return false;
}

namespace eval {

Vertex* instantiateProgram(Context& ctx, const Program& program) {
  const auto& compiled = static_cast<const CompiledProgram&>(program);
  auto* root = ctx.make<Vertex>();
  Environment* env = ctx.make<Environment>();
  for (ir::StructLit* s : compiled.roots) root->conjuncts.push(ctx.arena, ctx.conjunct(env, s));
  if (!compiled.openLabels.empty()) {
    std::span<ir::Decl*> decls{ctx.arena.array<ir::Decl*>(compiled.openLabels.size()),
                               compiled.openLabels.size()};
    for (std::size_t i = 0; i < decls.size(); ++i) {
      auto* f = ctx.make<ir::Field>();
      f->label = compiled.openLabels[i];
      f->value = ctx.make<ir::Top>();
      decls[i] = f;
    }
    auto* s = ctx.make<ir::StructLit>();
    s->isFile = true;
    s->decls = decls;
    root->conjuncts.push(ctx.arena, ctx.conjunct(env, s));
  }
  return root;
}

}  // namespace eval

}  // namespace puppis::cue
