// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "cue/compile/ir.h"
#include "cue/compile/resolve.h"
#include "cue/runtime_impl.h"

namespace puppis::cue {

/// From syntax trees to a CompiledProgram. Collects all faults.
class Compiler {
 public:
  Compiler(Runtime& runtime, const CompileOptions& options);

  /// Names that nothing else explains may be packages of the standard library.
  void inferPackages() { infersPackages_ = true; }
  /// The names that resolve in a scope around an expression.
  void setScope(std::vector<Feature> labels) { scopeLabels_ = std::move(labels); }
  void files(std::span<const std::shared_ptr<const File>> files);
  void expression(const std::shared_ptr<const File>& file);
  Result<std::shared_ptr<CompiledProgram>> finish();

 private:
  struct AliasEntry {
    const Node* source = nullptr;
    const Node* letExpr = nullptr;  ///< of a let not compiled yet
    const LetClause* let = nullptr;
    ir::Expr* expr = nullptr;
    Feature feature;
    bool pending = false;  ///< a let that is being compiled
    bool used = false;
  };
  struct Frame {
    std::string label;
    bool hasLabel = false;
    const Node* scope = nullptr;
    const Node* field = nullptr;
    std::int32_t upCount = 0;
    bool isComprehensionVar = false;
    std::unordered_map<std::string_view, AliasEntry> aliases;
  };

  // compiler.cpp
  const ir::Unit* unitOf(const std::shared_ptr<const File>& file);
  void beginFile(const std::shared_ptr<const File>& file);
  void endFile();
  void importsOf(const File& file);
  const Program* importPackage(const ImportSpec& spec);
  ir::Node* fail(const Node* at, std::string message);
  std::string path() const;
  Frame& push(const Node* scope, std::int32_t upCount);
  void pop();
  bool insertAlias(const Ident* id, AliasEntry entry);
  AliasEntry lookupAlias(std::size_t k, const Ident* id);
  std::span<ir::Node*> span(const std::vector<ir::Node*>& nodes);
  template <typename T>
  T* make(const Node* syntax) {
    T* out = program_->arena.make<T>();
    out->unit = unit_;
    out->syntax = syntax;
    return out;
  }

  // declarations.cpp
  void addDecls(ir::StructLit* st, NodeList<Decl> decls);
  void markAlias(const Decl* d);
  void addLetDecl(const Decl* d);
  ir::Node* decl(const Decl* d);
  ir::Node* fieldDecl(const Field& x);
  ir::Node* comprehension(const Comprehension& x, bool inList);
  ir::Expr* labeledExpr(const Node* field, std::string label, const Expr* x);
  ir::Expr* labeledExprAt(std::size_t k, const Node* field, std::string label, const Expr* x);
  Feature label(const Node* n);

  // expressions.cpp
  ir::Expr* expr(const Expr* x);
  ir::Expr* structLit(const StructLit& x);
  ir::Expr* listLit(const ListLit& x);
  ir::Expr* literal(const BasicLit& x);
  ir::Expr* interpolation(const Interpolation& x);
  ir::Expr* unary(const UnaryExpr& x);
  ir::Expr* binary(const BinaryExpr& x);
  ir::Expr* postfix(const PostfixExpr& x);
  void addDisjunct(std::vector<ir::Disjunct>& out, bool& hasDefaults, const Expr* x, bool mark);
  void requireConcrete(const Expr* syntax, ir::Op op, const ir::Expr* x);

  // references.cpp
  ir::Expr* reference(const Ident& x);
  ir::Expr* unresolved(const Ident& x);
  ir::Expr* fieldScoped(const Ident& x, const Field& f, const Node* node);
  ir::Expr* predeclared(const Ident& x);
  ir::Expr* inferredPackage(const Ident& x);
  ir::Expr* range(const Ident& x);
  std::string nearestName(std::string_view name) const;

  Runtime& runtime_;
  CompileOptions options_;
  std::shared_ptr<CompiledProgram> program_;
  const ir::Unit* unit_ = nullptr;
  const File* file_ = nullptr;
  Resolutions names_;
  std::unordered_map<const ImportSpec*, const Program*> imports_;
  std::unordered_set<const ImportSpec*> usedImports_;
  std::vector<Frame> stack_;
  std::unordered_set<std::uint32_t> fileScope_;
  std::vector<Feature> scopeLabels_;
  std::int32_t upCountOffset_ = 1;
  bool refersToForVariable_ = false;
  bool infersPackages_ = false;
  int inTry_ = 0;
  int depth_ = 0;
  std::vector<Error> errors_;
};

}  // namespace puppis::cue
