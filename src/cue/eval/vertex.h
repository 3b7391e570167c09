// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cue/compile/ir.h"
#include "cue/eval/vec.h"

// The graph an evaluation builds. The words (Vertex, Arc, Conjunct, Environment, ...) are explained in
// cue/README.md. Everything here lives in the arena of a Context.

namespace puppis::cue::eval {

using ir::ArcType;
using ir::Expr;
using ir::Node;
using ir::NodeKind;
using ir::Op;
using ir::Origin;
using ir::Value;

struct Bottom;
struct LetCache;
struct NodeState;
struct Vertex;
struct ErrorList;

/// Classes of failure in order of severity. LegacyUser is a literal `_|_`.
enum class Code : std::uint8_t { Eval, User, LegacyUser, StructuralCycle, Incomplete, Cycle };

/// The scopes around an expression, innermost first. The same expression under another Environment is another
/// value.
struct Environment {
  Environment* up = nullptr;
  /// Read it with Context::vertexOf, which follows the clones made for disjunctions.
  Vertex* vertex = nullptr;
  Feature dynamicLabel;      ///< the label a pattern matched, for LabelReference
  std::uint32_t compId = 0;  ///< the run of a comprehension that made this scope; 0 for none
  LetCache* lets = nullptr;
};

enum class CycleType : std::uint8_t { None, Optional, MaybeCyclic, Cyclic };

/// A reference that a conjunct came through: the steps by which cycles are found.
struct RefNode {
  Node* ref = nullptr;
  Vertex* arc = nullptr;   ///< what it led to
  Vertex* node = nullptr;  ///< where it was a conjunct
  RefNode* next = nullptr;
  std::int32_t depth = 0;
};

using DefId = std::uint32_t;

/// The provenance of a conjunct, for closedness and cycles.
struct CloseInfo {
  DefId defId = 0;
  DefId enclosingEmbed = 0;  ///< the embedding it is within
  DefId outerId = 0;         ///< the braces that are closed once all is unified
  bool fromEmbed : 1 = false;
  bool fromDef : 1 = false;
  bool topDef : 1 = false;          ///< treat as fromDef at the next reference
  bool opened : 1 = false;          ///< through `x...`
  bool conjunctOpened : 1 = false;  ///< an operand of `(x & y)...`
  CycleType cycleType = CycleType::None;
  RefNode* refs = nullptr;

  [[nodiscard]] bool isCyclic() const { return cycleType == CycleType::Cyclic; }
  void setOptional() {
    if (cycleType == CycleType::None) cycleType = CycleType::Optional;
  }
};

struct Conjunct {
  Environment* env = nullptr;
  Node* x = nullptr;
  CloseInfo info;
};

struct StructInfo {
  ir::StructLit* literal = nullptr;
  std::uint32_t repeats = 0;
  std::uint32_t compId = 0;
  bool initialized = false;
};

struct PatternConstraint {
  Value* pattern = nullptr;
  Vertex* constraint = nullptr;
};
struct Constraints {
  Vec<PatternConstraint> pairs;
};

enum class VertexStatus : std::uint8_t { Unprocessed, Evaluating, Partial, Conjuncts, Finalized };

/// Finds arcs by label where there are many: open addressing over the positions of the arcs.
struct ArcIndex {
  std::uint32_t* slots = nullptr;  ///< position + 1, 0 for free
  std::uint32_t mask = 0;
  std::uint32_t count = 0;  ///< arcs that are in it: the first ones
};

/// A value in the tree. `base` is its own value: a scalar, a marker for structs and lists, a Bottom, a
/// Disjunction, another Vertex when shared or when one disjunct was left, or null while unknown.
struct Vertex : ir::Of<NodeKind::Vertex> {
  Vertex* parent = nullptr;
  NodeState* state = nullptr;
  Vertex* overlay = nullptr;  ///< its clone, while one is being made
  Node* base = nullptr;
  Bottom* childErrors = nullptr;
  Constraints* patterns = nullptr;
  ArcIndex* index = nullptr;
  Feature label;
  std::uint32_t overlays = 0;  ///< how many live overlay frames map it
  VertexStatus status = VertexStatus::Unprocessed;
  ArcType arcType = ArcType::Member;
  bool data : 1 = false;
  bool closedRecursive : 1 = false;
  bool closedNonRecursive : 1 = false;
  bool openedShared : 1 = false;
  bool hasEllipsis : 1 = false;
  bool multiLet : 1 = false;
  bool isDynamic : 1 = false;  ///< computed in an expression, not part of the static tree
  bool isPatternConstraint : 1 = false;
  bool nonRooted : 1 = false;  ///< has no path from the root
  bool anonymous : 1 = false;
  bool isDisjunct : 1 = false;
  bool isShared : 1 = false;
  bool inheritedClosedness : 1 = false;  ///< closedRecursive was taken over from the parent
  bool settling : 1 = false;             ///< has all its arcs, but these are not finished yet
  Vec<Vertex*> arcs;
  Vec<Conjunct> conjuncts;
  Vec<StructInfo> structs;

  [[nodiscard]] bool isDefined() const { return arcType == ArcType::Member; }
  [[nodiscard]] bool isConstraint() const {
    return arcType == ArcType::Optional || arcType == ArcType::Required;
  }
  [[nodiscard]] bool rooted() const { return !nonRooted && !label.isLet() && !isDynamic; }
  [[nodiscard]] bool isData() const { return data || conjuncts.empty(); }
  [[nodiscard]] bool isList() const { return base != nullptr && base->kind == NodeKind::ListMarker; }
  [[nodiscard]] bool isClosedList() const {
    return isList() && !static_cast<const ir::ListMarker*>(base)->open;
  }
  [[nodiscard]] Vertex* baseVertex() const {
    return base != nullptr && base->kind == NodeKind::Vertex ? static_cast<Vertex*>(base) : nullptr;
  }

  /// Follows everything it only points to.
  [[nodiscard]] Vertex* deref() {
    Vertex* v = this;
    while (Vertex* next = v->baseVertex()) v = next;
    return v;
  }
  /// Follows to the chosen disjunct.
  [[nodiscard]] Vertex* derefDisjunct();
  [[nodiscard]] Vertex* derefNonDisjunct();
  [[nodiscard]] Vertex* derefNonRooted();
  [[nodiscard]] Vertex* derefNonShared();
  [[nodiscard]] bool isFromDisjunction();
  /// Takes over from its parent whether it is closed, once.
  void inheritClosedness() {
    if (inheritedClosedness) return;
    inheritedClosedness = true;
    if (label.isDef() || (parent != nullptr && parent->closedRecursive)) closedRecursive = true;
  }
  [[nodiscard]] VertexStatus statusDeref() { return deref()->status; }
  [[nodiscard]] bool isFinal() {
    const Vertex* v = deref();
    return v->status == VertexStatus::Finalized && !v->settling;
  }
  [[nodiscard]] Bottom* bottom();
  [[nodiscard]] bool isErr() { return bottom() != nullptr; }
  /// Its scalar, or itself for structs and lists, or null.
  [[nodiscard]] Value* value();
  [[nodiscard]] Vertex* lookupRaw(Feature f) const {
    std::uint32_t from = 0;
    if (index != nullptr) {
      if (Vertex* found = lookupIndexed(f)) return found;
      from = index->count;
    }
    for (std::uint32_t i = from; i < arcs.size(); ++i) {
      if (arcs[i]->label == f) return arcs[i];
    }
    return nullptr;
  }
  [[nodiscard]] Vertex* lookupIndexed(Feature f) const;
  /// Brings the index up to date when there are many arcs.
  void indexArcs(Arena& arena);
  void dropArcs() {
    arcs.drop();
    index = nullptr;
  }
  [[nodiscard]] bool isClosedStruct() const;
  [[nodiscard]] bool isOpenStruct() const;
  [[nodiscard]] bool isDetached() const;
  [[nodiscard]] bool mayAttach() const { return !label.isLet() && !anonymous; }
  [[nodiscard]] std::uint32_t length() const;  ///< number of list elements
};

/// A failure as a value.
struct Bottom : ir::Of<NodeKind::Bottom> {
  Code code = Code::Eval;
  bool hasRecursive = false;  ///< fields below may hold further failures
  bool childError = false;    ///< a copy of a child's failure
  bool closeCheck = false;
  bool placeholder = false;  ///< stands in a Vertex whose value is being computed
  bool noShare = false;
  ErrorList* errors = nullptr;
  Vertex* node = nullptr;

  [[nodiscard]] bool isIncomplete() const { return code == Code::Incomplete || code == Code::Cycle; }
};

[[nodiscard]] std::uint16_t kindOf(const Node* v);

enum class Concreteness : std::uint8_t { Bottom, Concrete, Constraint, Type, Any };
[[nodiscard]] Concreteness concreteness(const Node* v);
[[nodiscard]] inline bool isConcrete(const Node* v) {
  return v != nullptr && concreteness(v) <= Concreteness::Concrete;
}
[[nodiscard]] bool isRecursivelyConcrete(const Vertex* v);
[[nodiscard]] inline bool isError(const Node* v) {
  return v == nullptr || v->kind == NodeKind::Bottom;
}
[[nodiscard]] bool isCyclePlaceholder(const Node* v);
/// The value behind a Vertex: its scalar, or itself for structs and lists.
[[nodiscard]] Value* unwrap(Value* v);
/// The expression of a conjunct: a field's value, a comprehension's body.
[[nodiscard]] Expr* toExpr(Node* n);
/// The element of a conjunct: like toExpr, but a Comprehension stays one.
[[nodiscard]] Node* elemOf(Node* n);
[[nodiscard]] bool isDefReference(const Expr* x);
/// `_|_` as it stands in the source.
[[nodiscard]] inline bool isLiteralBottom(const Node* x) {
  return x->kind == NodeKind::Bottom && static_cast<const Bottom*>(x)->code == Code::LegacyUser;
}

}  // namespace puppis::cue::eval
