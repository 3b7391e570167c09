// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cue/compile/ir.h"
#include "cue/eval/context.h"
#include "cue/eval/vertex.h"
#include "cue/export/names.h"
#include "cue/export/profile.h"
#include "cue/syntax/ast.h"
#include "cue/syntax/build.h"

// From evaluated values and the compiled language back to syntax trees. Vertex, Arc, Conjunct and Environment
// are the evaluator's words (cue/README.md). There are two ways to show a Vertex: its value (vertex(), for
// eval), or what it was made of with all that can be merged merged (merge(), for def).

namespace puppis::cue::eval {
struct Builtin;
struct BuiltinValidator;
}  // namespace puppis::cue::eval

namespace puppis::cue {

/// Links from identifiers to what they mean, for sanitize().
struct IdentLinks {
  std::unordered_map<const Ident*, const Node*> nodes;
  std::unordered_map<const Ident*, ImportSpec*> imports;
};

class Exporter {
 public:
  /// Builds into `file`. `package` owns the hidden fields that are shown; empty for a main program.
  Exporter(eval::Context& ctx, const ExportProfile& profile, File& file, std::string package);

  /// The value of a Vertex, with the file around it.
  void exportValue(eval::Vertex& v);
  /// The Vertex as a definition, with the file around it.
  void exportDefinition(eval::Vertex& v);

 private:
  struct Entry {
    std::string alias;
    Field* field = nullptr;
    const Node* node = nullptr;
    std::vector<Ident*> references;
  };
  struct DynamicEntry {
    std::string alias;
    Field* field = nullptr;
  };
  /// One struct on the way down.
  struct Frame {
    eval::Vertex* node = nullptr;
    StructLit* scope = nullptr;
    Field* field = nullptr;  ///< of a pattern constraint
    const Expr* labelExpr = nullptr;
    std::vector<DynamicEntry> dynamicFields;
    int upCount = 0;  ///< Environments that this frame stands for
    std::unordered_map<Feature, Entry, FeatureHash> fields;
  };
  struct Reference {
    Field* field = nullptr;
    std::vector<Ident*> waiting;
  };
  /// A conjunct and how many Environments its frame then stands for.
  struct Part {
    eval::Conjunct conjunct;
    int upCount = 0;
  };
  struct MergedField {
    ir::ArcType type = ir::ArcType::NotPresent;
    eval::Vertex* arc = nullptr;
    std::vector<Part> parts;
  };
  /// What merge() gathers of one Vertex.
  struct Merge {
    std::vector<eval::Conjunct> values;
    std::vector<Expr*> embedded;
    std::vector<Expr*> conjuncts;
    std::vector<eval::StructInfo> structs;
    std::unordered_map<Feature, MergedField, FeatureHash> fields;
    std::vector<Attribute*> attributes;
    bool hasEllipsis = false;
    bool isData = false;
  };

  // exporter.cpp: frames, names, files
  Frame& pushFrame(eval::Vertex* node);
  void popFrame();
  Frame& top() { return stack_.back(); }
  Frame* frameAt(int upCount, bool needField);
  eval::Vertex* topNode();
  void setEntry(Feature label, Field* field, const Node* node);
  void linkField(eval::Vertex* v, Field* field);
  void linkIdent(eval::Vertex* v, Ident* ident);
  std::vector<Decl*>& elements(StructLit* literal) { return elements_[literal]; }
  StructLit* newStruct();
  StructLit* structOf(std::vector<Decl*> decls);
  void finishStructs();
  void toFile(eval::Vertex& v, Expr* expr);
  void markUsed(const ir::Node* node);
  void markUsed(eval::Vertex& v);
  void markLets(const Node* source);
  void markLetDecls(std::span<Decl* const> decls);
  static void dropUnusedLets(std::vector<Decl*>& decls);
  std::string uniqueAlias(const std::string& name);
  std::string letName(const ir::LetReference& ref);
  void setFieldAlias(Field& field, const std::string& name);
  std::string identText(Feature f) const;
  Label* labelOf(Feature f);
  Ident* identOf(Feature f) { return build_.ident(identText(f)); }
  static Token constraintOf(ir::ArcType type);
  static Token tokenOf(ir::Op op);
  [[nodiscard]] bool isOwnHidden(Feature f) const;

  // values.cpp: evaluated values
  Expr* vertex(eval::Vertex& v);
  Expr* shown(eval::Vertex& v);
  Expr* value(const ir::Value* v, std::span<const eval::Conjunct> origins = {});
  Expr* bareValue(ir::Value* v);
  Expr* unfinished(eval::Vertex& v);
  Expr* bottom(const eval::Bottom& b);
  Expr* numberValue(const ir::Num& n, std::span<const eval::Conjunct> origins);
  Expr* textValue(std::string_view text, bool bytes, std::span<const eval::Conjunct> origins);
  Expr* conjunction(const ir::Conjunction& c);
  Expr* disjunction(const ir::Disjunction& d);
  Expr* builtin(const eval::Builtin& b);
  Expr* validator(const eval::BuiltinValidator& v);
  Expr* listComposite(eval::Vertex& v);
  eval::Vertex* anyElement(eval::Vertex& v);
  Expr* structComposite(eval::Vertex& v, const std::vector<Attribute*>& attributes);
  [[nodiscard]] bool showsArcs(const eval::Vertex& v) const;

  // merge.cpp: what a Vertex is made of
  Expr* expr(eval::Environment* env, const ir::Node* node);
  Expr* innerExpr(eval::Environment* env, const ir::Node* node);
  Expr* merge(eval::Vertex* source, const std::vector<Part>& parts);
  void add(Merge& m, eval::Environment* env, eval::Vertex* source, ir::Node* x, bool embedded);
  void addStruct(Merge& m, eval::Environment* env, eval::Vertex* source, ir::StructLit& s);
  void addVertex(Merge& m, eval::Environment* env, eval::Vertex* source, eval::Vertex& v);
  void addValue(Merge& m, eval::Environment* env, eval::Vertex* source, ir::Node* x);
  void addField(Merge& m, Feature label, ir::ArcType type, eval::Environment* env, ir::Node* decl);
  void writeFields(Merge& m, std::vector<Decl*>& out);
  Expr* closedIfNeeded(const Merge& m, StructLit* literal, eval::Vertex* source);

  // expressions.cpp: the compiled language
  Expr* language(eval::Environment* env, const ir::Node* node);
  Expr* written(eval::Environment* env, const ir::Node* node);
  Expr* structLanguage(eval::Environment* env, const ir::StructLit& s);
  Expr* listLanguage(eval::Environment* env, const ir::ListLit& l);
  Expr* labelReference(eval::Environment* env, const ir::LabelReference& ref);
  Expr* interpolation(eval::Environment* env, const ir::Interpolation& x);
  Expr* sortedBinary(eval::Environment* env, const ir::BinaryExpr& x);
  Expr* resolver(eval::Environment* env, const ir::Node* node);
  Expr* fieldReference(eval::Environment* env, const ir::FieldReference& ref);
  Expr* letReference(eval::Environment* env, const ir::LetReference& ref);
  Expr* dynamicReference(const ir::DynamicReference& ref);
  Expr* importReference(const ir::ImportReference& ref);
  Ident* fieldIdent(const Ident* source, Feature label, int upCount);
  Expr* withOptionalMark(Expr* x, bool optional);

  // declarations.cpp
  Node* element(eval::Environment* env, const ir::Node* node);
  Decl* declaration(eval::Environment* env, const ir::Node* decl);
  Decl* fieldDecl(eval::Environment* env, const ir::Field& f);
  Decl* patternDecl(eval::Environment* env, const ir::PatternField& p);
  Decl* dynamicDecl(eval::Environment* env, const ir::DynamicField& d);
  Comprehension* comprehension(eval::Environment* env, const ir::Comprehension& c);
  eval::Environment* child(eval::Environment* up, eval::Vertex* v);

  // docs.cpp: comments and attributes of the source
  std::vector<const CommentGroup*> docsOf(eval::Vertex& v);
  std::vector<const CommentGroup*> docsOf(std::span<const eval::Conjunct> conjuncts, eval::Vertex* parent);
  void setDocs(Node& node, const std::vector<const CommentGroup*>& docs);
  void copyDocs(Node& node, const Node* source);
  std::vector<Attribute*> declAttributes(const Node* source);
  std::vector<Attribute*> declAttributes(eval::Vertex& v);
  void addFieldAttributes(std::vector<Attribute*>& out, const Node* source);
  void addFileComments(eval::Vertex& v, Package* package);

  eval::Context& ctx_;
  const ExportProfile& profile_;
  TreeBuilder build_;
  std::string package_;
  std::deque<Frame> stack_;
  int inExpression_ = 0;
  UniqueNames names_;
  IdentLinks links_;
  std::unordered_map<StructLit*, std::vector<Decl*>> elements_;
  std::unordered_map<eval::Vertex*, Reference> references_;
  std::unordered_map<Feature, const ir::Node*, FeatureHash> letUse_;
  std::unordered_map<const Expr*, LetClause*> lets_;           ///< by the let's expression in the source
  std::vector<std::pair<const Alias*, Alias*>> valueAliases_;  ///< of the source, the latest last
  struct AliasedField {
    Field* field = nullptr;
    std::string alias;
  };
  std::unordered_map<const Field*, AliasedField> aliasedFields_;  ///< by the field in the source
  eval::Vertex* nothing_ = nullptr;
};

/// The conjuncts that are expressions before others, for a settled order: types, then values, bounds, the
/// rest; equal ones by place.
int compareLeaves(const ir::Node* a, const ir::Node* b);
/// The predeclared name (uint8, float64, ...) of a range of numbers, or empty.
std::string rangeName(const ir::Conjunction& c);
/// `(>=0 & <=10 & int)` in the short form uint & <=10; takes what it uses out of `rest`. Null when not both
/// ends are bounded.
struct Bounds {
  bool isInt = false;
  ir::BoundValue* min = nullptr;
  ir::BoundValue* max = nullptr;
  bool add(ir::Value* v);
};

}  // namespace puppis::cue
