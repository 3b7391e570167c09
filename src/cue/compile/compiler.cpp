// SPDX-License-Identifier: Apache-2.0
#include "cue/compile/compiler.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"
#include "cue/builtin/builtin.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

Compiler::Compiler(Runtime& runtime, const CompileOptions& options)
    : runtime_(runtime), options_(options), program_(std::make_shared<CompiledProgram>()) {
  program_->importPath = options.importPath;
}

const ir::Unit* Compiler::unitOf(const std::shared_ptr<const File>& file) {
  auto unit = std::make_unique<ir::Unit>();
  unit->file = file.get();
  unit->source = file->source;
  unit->experiments = file->experiments;
  unit->listArithmetic = options_.listArithmetic;
  program_->files_.push_back(file);
  program_->units.push_back(std::move(unit));
  return program_->units.back().get();
}

void Compiler::beginFile(const std::shared_ptr<const File>& file) {
  unit_ = unitOf(file);
  file_ = file.get();
  names_ = resolveNames(*file);
  for (const NameError& e : names_.errors) fail(e.at, e.message);
  importsOf(*file);
}

void Compiler::endFile() {
  // KubeVela's engine (CUE v0.9.2) lets a template import what it does not use, and shipped ones do.
  if (options_.listArithmetic) return;
  file_->forEachImport([&](const ImportSpec& spec) {
    if (usedImports_.contains(&spec)) return;
    std::string message = "imported and not used: " + quoteString(importPathOf(spec));
    if (spec.name != nullptr) message += " as " + std::string(spec.name->name);
    fail(&spec, message);
  });
}

void Compiler::importsOf(const File& file) {
  file.forEachImport([&](const ImportSpec& spec) { imports_[&spec] = importPackage(spec); });
}

const Program* Compiler::importPackage(const ImportSpec& spec) {
  std::string importPath = importPathOf(spec);
  std::shared_ptr<const Program> package = standardPackage(runtime_, importPath);
  if (package == nullptr && runtime_.impl().importer) {
    auto found = runtime_.impl().importer(importPath);
    if (found) {
      package = *found;
    } else if (found.error().code() != ErrorCode::NotFound) {
      Error error = found.error();
      error.at(file_->locate(spec.path != nullptr ? *spec.path : static_cast<const Node&>(spec)));
      errors_.push_back(std::move(error));
      return nullptr;
    }
  }
  if (package == nullptr) {
    fail(spec.path, "package " + quoteString(importPath) + " not found");
    std::vector<std::string> names;
    for (const builtin::Package* each : builtin::packages()) names.emplace_back(each->path);
    if (auto near = nearest(importPath, names)) errors_.back().suggest(quoteString(*near));
    return nullptr;
  }
  if (std::find(program_->imports.begin(), program_->imports.end(), package) == program_->imports.end()) {
    program_->imports.push_back(package);
    if (package->mayCallProviders()) program_->mayCallProviders_ = true;
  }
  return package.get();
}

ir::Node* Compiler::fail(const Node* at, std::string message) {
  Error error(ErrorCode::Invalid, message);
  error.reason("compile");
  if (std::string where = path(); !where.empty()) error.path(where);
  if (at != nullptr && file_ != nullptr) error.at(file_->locate(*at));
  // Nobody reads more, and looking for those already known takes its time.
  constexpr std::size_t kMostErrors = 1000;
  if (errors_.size() >= kMostErrors) return make<ir::Top>(at);
  bool known = std::any_of(errors_.begin(), errors_.end(), [&](const Error& e) {
    return e.message() == error.message() && e.where() == error.where();
  });
  if (!known) errors_.push_back(std::move(error));
  auto* bad = make<ir::Top>(at);
  return bad;
}

std::string Compiler::path() const {
  std::string out;
  for (const Frame& f : stack_) {
    if (!f.hasLabel) continue;
    if (!out.empty()) out += '.';
    out += f.label;
  }
  return out;
}

Compiler::Frame& Compiler::push(const Node* scope, std::int32_t upCount) {
  Frame& f = stack_.emplace_back();
  f.scope = scope;
  f.upCount = upCount;
  return f;
}

void Compiler::pop() {
  std::vector<std::tuple<std::uint32_t, std::string, const Node*>> unused;
  for (const auto& [name, entry] : stack_.back().aliases) {
    if (!entry.used) unused.emplace_back(entry.source->pos.offset, name, entry.source);
  }
  std::sort(unused.begin(), unused.end());
  for (const auto& [offset, name, source] : unused) fail(source, "unreferenced alias or let clause " + name);
  stack_.pop_back();
}

bool Compiler::insertAlias(const Ident* id, AliasEntry entry) {
  if (id->name == "_") {
    fail(id, "cannot use _ as alias or let clause");
    return false;
  }
  auto& aliases = stack_.back().aliases;
  if (auto it = aliases.find(id->name); it != aliases.end()) {
    fail(entry.source, "alias " + quoteString(id->name) + " already declared; previous declaration at " +
                           file_->locate(*it->second.source).str());
    return false;
  }
  aliases.emplace(id->name, entry);
  return true;
}

Compiler::AliasEntry Compiler::lookupAlias(std::size_t k, const Ident* id) {
  auto it = stack_[k].aliases.find(id->name);
  if (it == stack_[k].aliases.end()) {
    AliasEntry out;
    out.expr = fail(id, "could not find let or alias associated with identifier " + quoteString(id->name));
    return out;
  }
  if (it->second.pending) {
    AliasEntry out = it->second;
    out.expr = fail(id, "cyclic references in let clause or alias");
    return out;
  }
  if (it->second.letExpr != nullptr) {
    it->second.pending = true;
    const Expr* source = it->second.letExpr;
    ir::Expr* compiled = labeledExprAt(k, nullptr, "let[]", source);
    it = stack_[k].aliases.find(id->name);
    it->second.pending = false;
    it->second.letExpr = nullptr;
    it->second.expr = compiled;
  }
  it->second.used = true;
  return it->second;
}

std::span<ir::Node*> Compiler::span(const std::vector<ir::Node*>& nodes) {
  std::span<ir::Node*> out{program_->arena.array<ir::Node*>(nodes.size()), nodes.size()};
  std::copy(nodes.begin(), nodes.end(), out.begin());
  return out;
}

void Compiler::files(std::span<const std::shared_ptr<const File>> all) {
  for (const auto& f : all) {
    if (f->packageName().empty()) continue;
    program_->packageName_ = f->packageName();
    for (const Decl* d : f->decls) {
      const auto* field = d->as<Field>();
      if (field == nullptr) continue;
      const Node* name = field->label;
      if (const auto* alias = name->as<Alias>()) name = alias->expr;
      if (const auto* id = name->as<Ident>(); id != nullptr && id->name != "_") {
        fileScope_.insert(identLabel(runtime_.impl().symbols, id->name, options_.importPath).bits());
      }
    }
  }
  for (const std::string& name : options_.openNames) {
    Feature f = identLabel(runtime_.impl().symbols, name, options_.importPath);
    fileScope_.insert(f.bits());
    program_->openLabels.push_back(f);
  }
  for (const auto& f : all) {
    beginFile(f);
    push(f.get(), 0);
    auto* root = make<ir::StructLit>(f.get());
    root->isFile = true;
    addDecls(root, f->decls);
    program_->roots.push_back(root);
    pop();
    endFile();
  }
}

void Compiler::expression(const std::shared_ptr<const File>& file) {
  upCountOffset_ = 0;
  beginFile(file);
  for (const Decl* d : file->decls) {
    if (const auto* e = d->as<EmbedDecl>()) program_->expression = expr(e->expr);
  }
  if (program_->expression == nullptr) fail(file.get(), "expected an expression");
}

Result<std::shared_ptr<CompiledProgram>> Compiler::finish() {
  if (errors_.empty()) return program_;
  std::stable_sort(errors_.begin(), errors_.end(), [](const Error& a, const Error& b) {
    auto key = [](const Error& e) {
      if (e.where().empty()) return std::tuple<std::string, std::uint32_t, std::uint32_t>();
      const Location& l = e.where().front();
      return std::tuple(l.file, l.line, l.column);
    };
    return key(a) < key(b);
  });
  if (errors_.size() == 1) return tl::unexpected<Error>(errors_.front());
  Error all = errors_.front();
  for (const Error& e : errors_) all.detail(e);
  return tl::unexpected<Error>(std::move(all));
}

}  // namespace puppis::cue
