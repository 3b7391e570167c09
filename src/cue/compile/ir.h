// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/source.h"
#include "cue/compile/feature.h"
#include "cue/cue.h"
#include "cue/number/decimal.h"
#include "cue/syntax/ast.h"

// The language the evaluator runs: what the compiler makes of a syntax tree, and the values evaluation
// produces, in one hierarchy, because every value may stand where an expression may. Nodes of a Program are
// immutable and shared between threads; nodes made while evaluating live in the arena of the evaluation.

namespace puppis::cue::ir {

struct Comprehension;
struct StructLit;
struct CallExpr;

/// A text that nodes come from. `file` is null for data and for text without a tree.
struct Unit {
  const File* file = nullptr;
  std::shared_ptr<const SourceFile> source;
  Experiments experiments;
  bool listArithmetic = false;
  /// For data that counts as appended to a file, for the order of fields: that file's unit.
  const Unit* appendedTo = nullptr;
};

/// Where a node comes from: a syntax node of a file, or a place (line and column) of a data document.
struct Origin {
  const Unit* unit = nullptr;
  std::uint64_t at = 0;  ///< offset + 1 of the first byte, or for data line << 24 | column; 0 is unknown

  [[nodiscard]] bool known() const { return unit != nullptr && at != 0; }
  friend bool operator==(const Origin& a, const Origin& b) { return a.unit == b.unit && a.at == b.at; }
};

enum class NodeKind : std::uint8_t {
  // Values.
  Null,
  Bool,
  Num,
  String,
  Bytes,
  Top,
  BasicType,
  BoundValue,
  Conjunction,
  Disjunction,
  Bottom,
  Builtin,
  BuiltinValidator,
  Vertex,
  // What stands for the value of a Vertex with fields; never an expression.
  StructMarker,
  ListMarker,
  // Expressions that are evaluated.
  StructLit,
  ListLit,
  BoundExpr,
  Interpolation,
  UnaryExpr,
  BinaryExpr,
  CallExpr,
  DisjunctionExpr,
  SliceExpr,
  LabelReference,
  OpenExpr,
  // Expressions that resolve to a Vertex.
  FieldReference,
  ValueReference,
  DynamicReference,
  ImportReference,
  LetReference,
  SelectorExpr,
  IndexExpr,
  // Declarations.
  Field,
  LetField,
  PatternField,
  Ellipsis,
  DynamicField,
  Comprehension,
  // Clauses.
  ForClause,
  IfClause,
  LetClause,
  TryClause,
};

enum class Op : std::uint8_t {
  None,
  And,
  Or,
  Add,
  Subtract,
  Multiply,
  Quotient,
  BoolAnd,
  BoolOr,
  Not,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Match,
  NotMatch,
};
std::string_view opText(Op op);

/// How present a field is, the firmest first.
enum class ArcType : std::uint8_t { Member, Required, Optional, Pending, NotPresent };

struct Node {
  NodeKind kind;
  const Unit* unit = nullptr;
  const cue::Node* syntax = nullptr;  ///< of programs
  std::uint64_t mark = 0;             ///< of data; see Origin::at

  explicit constexpr Node(NodeKind k) : kind(k) {}

  template <typename T>
  [[nodiscard]] T* as() {
    return kind == T::kKind ? static_cast<T*>(this) : nullptr;
  }
  template <typename T>
  [[nodiscard]] const T* as() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }
  template <typename T>
  [[nodiscard]] bool is() const {
    return kind == T::kKind;
  }
  [[nodiscard]] Origin origin() const {
    if (syntax == nullptr) return {unit, mark};
    return {unit, syntax->pos.hasOffset() ? std::uint64_t{syntax->pos.offset} + 1 : 0};
  }
  [[nodiscard]] bool isValue() const { return kind <= NodeKind::Vertex; }
  [[nodiscard]] bool isEvaluator() const { return kind >= NodeKind::StructLit && kind <= NodeKind::OpenExpr; }
  [[nodiscard]] bool isResolver() const {
    return kind >= NodeKind::FieldReference && kind <= NodeKind::IndexExpr;
  }
  [[nodiscard]] bool isExpr() const { return kind <= NodeKind::IndexExpr; }
};

using Expr = Node;
using Value = Node;
using Decl = Node;

template <NodeKind K>
struct Of : Node {
  static constexpr NodeKind kKind = K;
  constexpr Of() : Node(K) {}
};

// ---- Values
// -------------------------------------------------------------------------------------------------------

struct Null : Of<NodeKind::Null> {};
struct Bool : Of<NodeKind::Bool> {
  bool value = false;
};
struct Num : Of<NodeKind::Num> {
  number::Decimal value;
};
struct String : Of<NodeKind::String> {
  std::string_view text;
};
struct Bytes : Of<NodeKind::Bytes> {
  std::string_view text;
};
struct Top : Of<NodeKind::Top> {};
struct BasicType : Of<NodeKind::BasicType> {
  std::uint16_t kinds = 0;
};
/// `<5`, `=~"re"`, with a concrete operand.
struct BoundValue : Of<NodeKind::BoundValue> {
  Op op = Op::None;
  Value* value = nullptr;
};
/// A conjunction that cannot be written as one value: `>=1 & <=10 & int`.
struct Conjunction : Of<NodeKind::Conjunction> {
  std::span<Value*> values;
};
/// An evaluated disjunction; the first `numDefaults` values are its defaults.
struct Disjunction : Of<NodeKind::Disjunction> {
  std::span<Value*> values;
  std::uint32_t numDefaults = 0;
  bool hasDefaults = false;
};

struct StructMarker : Of<NodeKind::StructMarker> {};
struct ListMarker : Of<NodeKind::ListMarker> {
  bool open = false;
};

// ---- Evaluated expressions
// ----------------------------------------------------------------------------------------

struct StructLit : Of<NodeKind::StructLit> {
  std::span<Decl*> decls;
  bool isFile = false;
  bool hasEmbedding = false;  ///< an expression or comprehension among the declarations
  bool isPlain = false;       ///< see cue::isPlain
  bool isStatic = false;      ///< see cue::isStatic
  bool isSound = false;       ///< see cue::isSound
};
struct ListLit : Of<NodeKind::ListLit> {
  std::span<Node*> elements;  ///< expressions, Comprehensions and at the end possibly an Ellipsis
  bool isPlain = false;       ///< see cue::isPlain
  bool isSound = false;       ///< see cue::isSound
};
struct BoundExpr : Of<NodeKind::BoundExpr> {
  Op op = Op::None;
  Expr* expr = nullptr;
};
struct Interpolation : Of<NodeKind::Interpolation> {
  bool bytes = false;
  std::span<Expr*> parts;  ///< Strings (or Bytes) at even places, expressions at odd ones
};
struct UnaryExpr : Of<NodeKind::UnaryExpr> {
  Op op = Op::None;
  Expr* x = nullptr;
};
struct BinaryExpr : Of<NodeKind::BinaryExpr> {
  Op op = Op::None;
  Expr* x = nullptr;
  Expr* y = nullptr;
};
struct CallExpr : Of<NodeKind::CallExpr> {
  Expr* fun = nullptr;
  /// The Builtin that `fun` selects from a standard package, if it does. Such a package is fixed, so that the
  /// function is known without making an instance of it in every evaluation.
  Value* standard = nullptr;
  std::span<Expr*> args;
};
struct Disjunct {
  Expr* value = nullptr;
  bool isDefault = false;
};
struct DisjunctionExpr : Of<NodeKind::DisjunctionExpr> {
  std::span<Disjunct> values;
  bool hasDefaults = false;
};
struct SliceExpr : Of<NodeKind::SliceExpr> {
  Expr* x = nullptr;
  Expr* low = nullptr;
  Expr* high = nullptr;
};
/// The label bound by `[X=pattern]:`, as a value.
struct LabelReference : Of<NodeKind::LabelReference> {
  std::int32_t upCount = 0;
};
/// `x...`
struct OpenExpr : Of<NodeKind::OpenExpr> {
  Expr* x = nullptr;
};

// ---- References. upCount is the number of Environments to go up.
// ---------------------------------------------------

struct FieldReference : Of<NodeKind::FieldReference> {
  std::int32_t upCount = 0;
  Feature label;
  bool optional = false;  ///< `x?` in a try clause
};
/// `label: X=value`, and `self`.
struct ValueReference : Of<NodeKind::ValueReference> {
  std::int32_t upCount = 0;
  Feature label;
};
/// An alias of a field whose label is computed.
struct DynamicReference : Of<NodeKind::DynamicReference> {
  std::int32_t upCount = 0;
  Expr* label = nullptr;
};
struct ImportReference : Of<NodeKind::ImportReference> {
  std::string_view path;
  const Program* package = nullptr;  ///< null for the standard library
};
struct LetReference : Of<NodeKind::LetReference> {
  std::int32_t upCount = 0;
  Feature label;
  Expr* x = nullptr;
};
struct SelectorExpr : Of<NodeKind::SelectorExpr> {
  Expr* x = nullptr;
  Feature label;
  bool optional = false;
};
struct IndexExpr : Of<NodeKind::IndexExpr> {
  Expr* x = nullptr;
  Expr* index = nullptr;
  Feature label;  ///< of an index that is a string literal
  bool optional = false;
};

// ---- Declarations
// -------------------------------------------------------------------------------------------------

struct Field : Of<NodeKind::Field> {
  ArcType arcType = ArcType::Member;
  Feature label;
  Expr* value = nullptr;
};
struct LetField : Of<NodeKind::LetField> {
  bool isMulti = false;  ///< refers to the variables of a comprehension around it
  Feature label;
  Expr* value = nullptr;
};
/// `[pattern]: value`
struct PatternField : Of<NodeKind::PatternField> {
  Expr* filter = nullptr;
  Expr* value = nullptr;
  Feature label;  ///< X of [X=pattern]
};
/// `...` or `...T`
struct Ellipsis : Of<NodeKind::Ellipsis> {
  Expr* value = nullptr;
};
struct DynamicField : Of<NodeKind::DynamicField> {
  ArcType arcType = ArcType::Member;
  bool hasLabelAlias = false;
  Expr* key = nullptr;
  Expr* value = nullptr;
};
struct Comprehension : Of<NodeKind::Comprehension> {
  std::span<Node*> clauses;
  StructLit* value = nullptr;
  StructLit* fallback = nullptr;
};

struct ForClause : Of<NodeKind::ForClause> {
  Feature key;
  Feature value;
  Expr* source = nullptr;
};
struct IfClause : Of<NodeKind::IfClause> {
  Expr* condition = nullptr;
};
struct LetClause : Of<NodeKind::LetClause> {
  Feature label;
  Expr* expr = nullptr;
};
struct TryClause : Of<NodeKind::TryClause> {
  Feature label;
  Expr* expr = nullptr;  ///< null in `try {...}`
};

}  // namespace puppis::cue::ir
