// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/source.h"
#include "data/value.h"

// The CUE engine as other rooms see it: text is compiled once to a Program, evaluated as often as wanted in
// Sessions, and looked at through Values. The words are explained in cue/README.md.
//
//   auto runtime = Runtime::make();
//   TRY(auto program, runtime->compile("template.cue", text, {.listArithmetic = true}));
//   Session session(runtime);
//   TRY(Value root, session.evaluate(program, {{"parameter", parameters}, {"context", context}}));
//   TRY(data::Value output, root.lookup("output").toJson());
//
// Threads: a Runtime and a Program may be used by any number of threads at once. A Session and every Value
// made in it belong to one thread at a time, and a Value must not outlive its Session.

namespace puppis::cue {

struct File;  // cue/syntax/ast.h

namespace eval {
struct Vertex;
class Context;
}  // namespace eval

class Program;
class Runtime;
class Session;
class Value;

/// A set of kinds of values, one bit each: the kind of a concrete value, or all kinds an incomplete one may
/// still get.
enum Kind : std::uint16_t {
  kBottom = 0,
  kNull = 1 << 0,
  kBool = 1 << 1,
  kInt = 1 << 2,
  kFloat = 1 << 3,
  kString = 1 << 4,
  kBytes = 1 << 5,
  kFunc = 1 << 6,
  kList = 1 << 7,
  kStruct = 1 << 8,
  kNumber = kInt | kFloat,
  kTop = (1 << 9) - 1,
};
/// The kinds in CUE's words, joined by "|" within parentheses when several: "int", "(int|string)", "number",
/// "_".
std::string kindText(std::uint16_t kinds);

/// The class of a failure, most severe first. Written into Error::reason() by its word: "eval", "user",
/// "structural_cycle", "incomplete", "cycle". The last two may go away when a value becomes more specific.
enum class Severity : std::uint8_t { Eval, User, StructuralCycle, Incomplete, Cycle };
std::string_view severityWord(Severity severity);

/// How one program is compiled.
struct CompileOptions {
  /// `+` and `*` work on lists, as they did before CUE 0.11: on for KubeVela's definitions, off for plain
  /// CUE.
  bool listArithmetic = false;
  /// Names that resolve at the root even when no file declares them, as `context` and `parameter` in a
  /// template; each is `_` until bound.
  std::vector<std::string> openNames = {};
  /// The import path of the package being compiled; empty for a main program. Scopes hidden fields.
  std::string importPath = {};
};

/// Supplies the package of an import path ("example.com/x/y:name" or "vela/op"). Asked once a path and
/// Program that imports it; must be callable from several threads. NotFound makes the import fail.
using Importer = std::function<Result<std::shared_ptr<const Program>>(std::string_view importPath)>;

/// The labels and packages that programs share. Labels are interned in it, internally synchronised.
class Runtime : public std::enable_shared_from_this<Runtime> {
 public:
  static std::shared_ptr<Runtime> make();
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Asked for every import that is not a package of the standard library. Set before the first compilation.
  void setImporter(Importer importer);

  /// Compiles files of one package (all with the same package clause, or none). Unknown references, unused
  /// imports and the like are all reported, as details of one Error, each with its places.
  Result<std::shared_ptr<const Program>> compile(std::span<const std::shared_ptr<const File>> files,
                                                 const CompileOptions& options = {});
  /// Parses and compiles one text; `name` is what messages call it.
  Result<std::shared_ptr<const Program>> compile(std::string name, std::string text,
                                                 const CompileOptions& options = {});
  Result<std::shared_ptr<const Program>> compile(std::shared_ptr<const SourceFile> source,
                                                 const CompileOptions& options = {});

  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  Runtime();
  std::unique_ptr<Impl> impl_;
};

/// A compiled package: immutable, to be shared between threads and evaluated any number of times.
class Program {
 public:
  virtual ~Program() = default;
  /// Whether some field is called `#do`, in it or in a package it imports: only then can there be a provider
  /// call.
  [[nodiscard]] virtual bool mayCallProviders() const = 0;
  /// The name in the package clause; empty when there is none.
  [[nodiscard]] virtual std::string_view packageName() const = 0;
  [[nodiscard]] virtual std::span<const std::shared_ptr<const File>> files() const = 0;
  /// Whether the root declares this regular field, definition or hidden field.
  [[nodiscard]] virtual bool declares(std::string_view label) const = 0;
};

/// What one evaluation may use, from the making of its Session on. A limit of 0 is none. Exceeding one makes
/// the running call, and every later one of the Session, fail with ErrorCode::ResourceExhausted naming the
/// limit.
struct Budget {
  std::chrono::milliseconds wallTime{0};
  std::uint64_t steps = 0;        ///< conjuncts inserted and expressions evaluated
  std::uint32_t depth = 0;        ///< nested evaluations, and levels of a value shown; 0 means 10 000
  std::uint64_t memoryBytes = 0;  ///< of all that is made: values, and what they are shown as
};

/// Data to unify into a program's root: `value` at the dotted `path` ("parameter", "context.output").
struct Binding {
  std::string path;
  data::Value value;
  /// Where the data was read from, so that messages can show the place by data::Value::mark().
  std::shared_ptr<const SourceFile> source;
};

/// One part of a path to a value, or of a label.
struct Selector {
  enum class Type : std::uint8_t { String, Index, Definition, Hidden, HiddenDefinition };
  Type type = Type::String;
  std::string name;  ///< with its prefix, as "#Spec" or "_hidden"
  std::int64_t index = 0;
  /// The package that owns a hidden label; empty for the main one.
  std::string package;
};
/// "a.b[2].#D.\"odd name\"" as selectors.
Result<std::vector<Selector>> parsePath(std::string_view path);
std::string pathText(std::span<const Selector> path);

/// How present a field is.
enum class Presence : std::uint8_t { Regular, Required, Optional };

struct FieldFilter {
  bool optional = false;  ///< `a?`
  bool required = true;   ///< `a!` that is not yet given
  bool definitions = false;
  bool hidden = false;
  static constexpr FieldFilter regular() { return {.optional = false, .required = false}; }
  static constexpr FieldFilter all() {
    return {.optional = true, .required = true, .definitions = true, .hidden = true};
  }
};

struct FieldView;
struct Expression;

/// A comment group in the source. Text is without the slashes, one line per comment line.
struct Doc {
  std::string text;
  bool lineComment = false;  ///< after the field on its line rather than before it
  Location where;
};

struct AttributeView {
  std::string name;
  std::string body;          ///< between the parentheses, as written
  bool declaration = false;  ///< inside the struct rather than after a field
  Location where;
};

struct ValidateOptions {
  bool concrete = false;  ///< every regular field must have a concrete value
  bool final = false;     ///< defaults are taken and required fields must be given
};

/// A handle on one value of a Session, cheap to copy. A default-constructed one, and the result of a look-up
/// that found nothing, does not exist(). Reading evaluates as far as the answer needs.
class Value {
 public:
  Value() = default;

  /// Whether there is a value: false for what a look-up did not find. A value that failed exists.
  [[nodiscard]] bool exists() const;
  /// The value at a dotted path; see parsePath. A path that is no path finds nothing.
  [[nodiscard]] Value lookup(std::string_view path) const;
  [[nodiscard]] Value lookup(std::span<const Selector> path) const;
  [[nodiscard]] Value field(const Selector& selector) const;
  [[nodiscard]] Value element(std::size_t index) const;
  /// From the root of the program to here.
  [[nodiscard]] std::vector<Selector> path() const;

  /// The kind of a concrete value, else kBottom (for an incomplete value and for a failed one). Defaults are
  /// taken.
  [[nodiscard]] std::uint16_t kind() const;
  /// All kinds the value may have; defaults are not taken.
  [[nodiscard]] std::uint16_t incompleteKind() const;
  [[nodiscard]] bool isConcrete() const;
  [[nodiscard]] bool isNull() const { return kind() == kNull; }
  /// Of a list `[...]` or a struct that takes further regular fields.
  [[nodiscard]] bool isOpen() const;
  [[nodiscard]] bool isClosed() const { return !isOpen(); }
  /// Of a disjunction: its chosen default; else, or when there is none, nothing.
  [[nodiscard]] std::optional<Value> defaultValue() const;
  /// The default where there is one, else this.
  [[nodiscard]] Value resolved() const;
  /// The failure of the value itself (not of its fields), incomplete ones included.
  [[nodiscard]] std::optional<Error> error() const;

  [[nodiscard]] Result<bool> asBool() const;
  [[nodiscard]] Result<std::string> asString() const;
  [[nodiscard]] Result<std::string> asBytes() const;
  [[nodiscard]] Result<std::int64_t> asInt() const;
  /// The exact decimal as CUE prints it: "1", "2.0", "1E+3".
  [[nodiscard]] Result<std::string> asNumber() const;

  /// The fields in CUE's order; of a list, nothing.
  [[nodiscard]] std::vector<FieldView> fields(FieldFilter filter = FieldFilter::regular()) const;
  [[nodiscard]] std::size_t length() const;  ///< of a list
  [[nodiscard]] std::vector<Value> elements() const;

  /// The finished value as data: order kept, numbers exact, bytes as base64. Fails with all incomplete or
  /// failed fields when there are some.
  [[nodiscard]] Result<data::Value> toJson() const;
  /// All failures in it and below it, each as one Error with path, places and class; empty when it is valid.
  [[nodiscard]] std::vector<Error> validate(ValidateOptions options = {}) const;

  /// Doc comments of all declarations that made the field, in their order.
  [[nodiscard]] std::vector<Doc> docs() const;
  [[nodiscard]] std::vector<AttributeView> attributes() const;
  /// Where the field was declared, of all declarations and bound data that made it.
  [[nodiscard]] std::vector<Location> locations() const;

  /// The outermost operation of what the value is made of; see Expression.
  [[nodiscard]] Expression expression() const;
  /// A reference (`x: #Def`) the value consists of: its target's path in the program; empty when it is none.
  [[nodiscard]] std::vector<Selector> referencePath() const;
  /// Of a struct: the value every field matching no declaration gets (`[string]: T`, `...T`), or nothing.
  [[nodiscard]] std::optional<Value> anyField() const;
  /// Of a list: the value of elements past the declared ones, or nothing for a closed list.
  [[nodiscard]] std::optional<Value> anyElement() const;
  /// Pattern constraints of a struct: pattern and constraint.
  [[nodiscard]] std::vector<std::pair<Value, Value>> patterns() const;

  /// A new value: this one with `other` (of the same Session) unified into it.
  [[nodiscard]] Value unify(const Value& other) const;
  /// A new root: this value's root with `other` unified at `path` below this value.
  [[nodiscard]] Value fillPath(std::span<const Selector> path, const Value& other) const;
  [[nodiscard]] Value fillPath(std::string_view path, const data::Value& data) const;
  /// Equality as `==` sees it: structural, numbers by value.
  [[nodiscard]] bool equals(const Value& other) const;

  /// Visits this value and all below, parents first, in order; `before` returns whether to go below.
  void walk(const std::function<bool(const Value&)>& before,
            const std::function<void(const Value&)>& after = {},
            FieldFilter filter = FieldFilter::regular()) const;

  [[nodiscard]] Session* session() const { return session_; }
  /// For the rest of this room (text export): the evaluator's own node.
  [[nodiscard]] eval::Vertex* vertex() const { return vertex_; }
  Value(Session* session, eval::Vertex* vertex) : session_(session), vertex_(vertex) {}

 private:
  Session* session_ = nullptr;
  eval::Vertex* vertex_ = nullptr;
};

struct FieldView {
  Selector selector;
  Presence presence = Presence::Regular;
  Value value;
  [[nodiscard]] const std::string& name() const { return selector.name; }
};

/// What a value is made of, for schema generators. Operands are values in their own right.
struct Expression {
  enum class Op : std::uint8_t {
    None,  ///< a finished value: struct, list, scalar, basic type
    And,   ///< a conjunction that stays one: `>=1 & <=10 & int`
    Or,    ///< a disjunction; `defaults` says which operands are marked
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    NotEqual,
    Match,
    NotMatch,       ///< a bound; one operand
    Call,           ///< a builtin, as a validator or incomplete: `name`, operands are its arguments
    Interpolation,  ///< incomplete "\(x)"
    Reference,      ///< an unresolved reference or selector
    Binary,
    Unary,  ///< incomplete arithmetic; `name` is the operator
  };
  Op op = Op::None;
  std::string name;  ///< "strings.MinRunes", "+"
  std::vector<Value> operands;
  std::vector<bool> defaults;  ///< of Or: whether the operand of the same index is a default
};

/// One evaluation: an arena that is given back whole at the end, with a Budget.
class Session {
 public:
  explicit Session(std::shared_ptr<Runtime> runtime, Budget budget = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The root of a new instance of `program` with the data unified into it. Lazy: only looking at a Value
  /// evaluates. The program is kept alive by the Session.
  Value evaluate(std::shared_ptr<const Program> program, std::span<const Binding> bindings = {});
  Value evaluate(std::shared_ptr<const Program> program, std::initializer_list<Binding> bindings) {
    return evaluate(std::move(program), std::span<const Binding>(bindings.begin(), bindings.size()));
  }

  /// Whether optional fields (`a?: ...`) are left alone until they are looked at. They never make a value
  /// fail, so rendering sets this; what is shown of all fields should not.
  void deferOptionalFields(bool deferred);

  /// Data as a CUE value.
  Value fromData(const data::Value& value, std::shared_ptr<const SourceFile> source = {});
  /// A value built from parts, which keep what is unfinished in them (defaults, types, references into the
  /// program they come from). For merges that align lists themselves, as KubeVela's strategic patch: take a
  /// value apart with fields() and elements(), build the wanted shape of both sides, and unify() them.
  Value makeStruct(std::span<const FieldView> fields, bool open = true);
  Value makeList(std::span<const Value> elements, bool open = false);
  /// The value with every struct and list in it, at any depth, opened (`...`), as KubeVela does to a base
  /// before it patches it. Residual parts stay as they are.
  Value reopened(const Value& value);

  /// An expression in the scope of a value: `valueFrom` and `if` of workflow steps. Its names resolve to
  /// fields of `scope`, then as usual.
  Result<Value> evaluateExpression(std::string_view text, const Value& scope,
                                   const CompileOptions& options = {});

  /// From now on it is noted which comprehensions (`if`, `for`) yield their body; for coverage.
  void recordYields();
  /// The places of those that did, each once: of their first clause, in no particular order.
  [[nodiscard]] std::vector<Location> yields() const;

  /// The limit that was exceeded, if one was.
  [[nodiscard]] const std::optional<Error>& exhausted() const;
  [[nodiscard]] std::uint64_t steps() const;
  [[nodiscard]] std::size_t arenaBytes() const;
  [[nodiscard]] const std::shared_ptr<Runtime>& runtime() const;

  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace puppis::cue
