// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "cue/compile/symbols.h"
#include "cue/cue.h"
#include "cue/eval/errors.h"
#include "cue/eval/vertex.h"

namespace puppis::cue::eval {

enum class RunMode : std::uint8_t;
struct Builtin;
struct Flags;
struct Task;

/// Thrown (and caught by the scheduler) when the running task must wait for another node. Evaluating has no
/// effect until a result is inserted, so a suspended task simply starts anew.
struct YieldSignal {};
/// Thrown when a limit of the Budget is exceeded; caught where the evaluation was entered.
struct BudgetSignal {};

/// Which clone stands for which Vertex in the disjunct under evaluation.
struct VertexMap {
  std::unordered_map<Vertex*, Vertex*> map;
};
struct OverlayFrame {
  VertexMap* map = nullptr;
  Vertex* root = nullptr;
};

/// What a chain of selectors leads to, as far as it only goes through finished values.
enum class Finished : std::uint8_t {
  No,       ///< something is not finished, or it is not so simple
  Missing,  ///< there is no such field, and there will be none
  Member,
};

/// A closeness identifier's parent and place.
struct Containment {
  DefId id = 0;
  Origin place;
};

enum class DefaultMode : std::uint8_t { Maybe, Is, Not };
struct PendingDisjunct {
  Expr* expr = nullptr;
  Bottom* err = nullptr;
  DefaultMode mode = DefaultMode::Maybe;
};
struct ChosenScalar {
  Value* value = nullptr;
  DefaultMode mode = DefaultMode::Maybe;
};

/// A comprehension that waits until bound data is finished, or all conjuncts of its Vertex are there.
struct HeldBack {
  NodeState* node = nullptr;
  Environment* env = nullptr;
  ir::Comprehension* comprehension = nullptr;
  CloseInfo info;
};
/// The fields of the root that data is bound to.
struct BoundFields {
  Vertex* root = nullptr;
  Vec<Feature> labels;
  Vec<HeldBack> heldBack;
};

/// One evaluation: the arena, and where in the program it currently is. For one thread.
class Context {
 public:
  Context(std::shared_ptr<Runtime> runtime, const Budget& budget);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Arena arena;
  LocalSymbols symbols;
  /// Optional fields are evaluated only when somebody looks at them.
  bool defersOptional = false;

  // ---- Where the evaluation is ----
  Environment* env = nullptr;
  CloseInfo info;
  Origin src;
  Bottom* errs = nullptr;
  Vertex* vertex = nullptr;
  int evalDepth = 0;
  int inDetached = 0;
  int inValidator = 0;
  bool isValidator = false;
  bool lookupPendingParent = false;
  std::uint32_t nextCompId = 0;
  std::vector<Task*> taskStack;
  Vec<Task*> blocking;
  std::vector<OverlayFrame> overlays;
  std::vector<Containment> containments{1};
  std::vector<Vertex*> altPath;
  Vertex* emptyNode = nullptr;
  ir::StructMarker* structMarker = nullptr;  ///< of all structs
  Bottom* cycle = nullptr;                   ///< the placeholder of a value that is being computed
  /// Which comprehensions have yielded their body, when somebody wants to know (Session::recordYields).
  std::set<std::pair<const ir::Unit*, std::uint64_t>>* yields = nullptr;

  [[nodiscard]] Task* currentTask() const { return taskStack.empty() ? nullptr : taskStack.back(); }
  [[nodiscard]] Runtime& runtime() const { return *runtime_; }
  [[nodiscard]] const std::shared_ptr<Runtime>& runtimePtr() const { return runtime_; }
  template <typename T>
  T* make() {
    return arena.make<T>();
  }
  template <typename T>
  T* makeAt(const Origin& origin) {
    T* out = arena.make<T>();
    out->unit = origin.unit;
    setOrigin(*out, origin);
    return out;
  }
  static void setOrigin(Node& node, const Origin& origin) {
    node.unit = origin.unit;
    node.mark = origin.at;
  }

  // ---- Budget ----
  void step() {
    if (++steps_ >= nextCheck_) checkBudget();
  }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  const std::optional<Error>& exhausted() const { return exhausted_; }
  /// Ends the evaluation with this failure.
  [[noreturn]] void exhaust(std::string what);
  /// Notes that there was not enough memory; the evaluation is over.
  void outOfMemory();
  [[nodiscard]] const Budget& budget() const { return budget_; }
  void enterDepth();
  void leaveDepth() { --nesting_; }

  // ---- context.cpp: environments, defaults, values ----
  Environment* envUp(std::int32_t upCount) const {
    Environment* e = env;
    for (; upCount > 0; --upCount) e = e->up;
    return e;
  }
  [[nodiscard]] Vertex* vertexOf(const Environment* e) const { return derefRoot(e->vertex); }
  [[nodiscard]] Vertex* derefRoot(Vertex* v) const;
  [[nodiscard]] bool sameEnv(const Environment* a, const Environment* b) const {
    return a->up == b->up && vertexOf(a) == vertexOf(b);
  }
  Environment* spawn(Environment* up, Vertex* v, std::uint32_t compId = 0);
  Vertex* newArc(Vertex* parent, Feature label, ArcType type);
  /// The run of a comprehension that an expression in `e` belongs to; 0 for none.
  static std::uint32_t compIdOf(const Environment* e) {
    while (e != nullptr && e->compId == 0) e = e->up;
    return e == nullptr ? 0 : e->compId;
  }
  Vertex* newInlineVertex(Node* base, std::initializer_list<Conjunct> conjuncts);
  Conjunct conjunct(Environment* e, Node* x, const CloseInfo& ci = {});
  Conjunct anonymousConjunct(Environment* e, Node* x, RefNode* refs);
  NodeState* bareState(Vertex* v);
  NodeState* state(Vertex* v);
  [[nodiscard]] Value* getDefault(Value* v, bool& ok);
  bool accept(Vertex* v, Feature f);
  bool acceptsPattern(Vertex* v, Feature f);
  Vertex* importInstance(const Program* program);
  void addConjunct(Vertex* v, const Conjunct& c);
  void addStruct(Vertex* v, ir::StructLit* s, std::uint32_t compId);
  static void clearArcs(Vertex* v) { v->dropArcs(); }
  void updateArcType(Vertex* v, ArcType t);
  void setValue(Vertex* v, Node* base);
  void insertConjunct(Vertex* v, const Conjunct& c, const CloseInfo& ci, ArcType mode, bool check,
                      bool& added);

  // ---- labels ----
  [[nodiscard]] std::string_view labelText(Feature f) const;  ///< the name, hidden ones without their package
  [[nodiscard]] std::string selectorText(Feature f) const;    ///< as in a path: quoted where needed
  [[nodiscard]] std::string pathText(const Vertex* v) const;
  Feature stringLabel(std::string_view text) { return {LabelType::String, symbols.intern(text)}; }
  static Feature intLabel(std::int64_t i) { return {LabelType::Int, static_cast<std::uint32_t>(i)}; }
  Feature labelFromValue(Expr* src, Value* v);
  Value* labelValue(Feature f);

  // ---- unify.cpp, lookup.cpp ----
  bool unify(Vertex* v, const Flags& flags);
  void finalize(Vertex* v);
  void completeArcs(Vertex* v);
  void completeArcsOnly(Vertex* v);
  Vertex* lookup(Vertex* v, const Origin& pos, Feature f, const Flags& flags);
  bool isDefined(Vertex* v);
  /// Lets go of the states of a finished Vertex and its arcs: nothing more can be added to them.
  void release(Vertex* v);
  void releaseAll(Vertex* v);
  bool hasDepthCycle(Vertex* v) const;
  bool sharedTargetHasInProgressCycle(Vertex* w);
  Bottom* finalErr(Vertex* v);
  bool allChildConjunctsKnown(Vertex* v);

  // ---- finished.cpp ----
  Finished lookupFinished(Expr* x, Vertex*& out) const;
  /// Whether the expression has a value, as `!= _|_` asks; nothing where that takes an evaluation.
  std::optional<bool> presenceOfFinished(Expr* x) const;
  /// Whether all that the expression refers to is finished, so that evaluating it can neither wait nor be
  /// part of a cycle.
  bool dependsOnFinished(Expr* x) const;
  /// The Environments of a comprehension that depends on finished values only; false when it does not, or
  /// when a clause fails.
  bool yieldFinished(Vertex* node, Environment* e, ir::Comprehension* c, Vec<Environment*>& out);

  // ---- bound.cpp: data that is bound to fields of the root ----
  /// Has the fields `labels` of the root finished before anything that refers to them.
  void bindFirst(Vertex* root, std::span<const Feature> labels);
  [[nodiscard]] bool hasBound() const { return !bound_.labels.empty(); }
  /// Keeps a comprehension until the bound fields are finished, or while n collects its conjuncts; false when
  /// there is no need to.
  bool holdBack(NodeState& n, Environment* e, ir::Comprehension* c, const CloseInfo& ci);
  void finishBound(NodeState& n);
  /// Finishes what a condition in n may ask for, then inserts the comprehensions that n holds back.
  void releaseHeldBack(NodeState& n);
  /// Whether v is the root and holds a comprehension back that may give it the field f.
  bool holdsBack(const Vertex* v, Feature f) const;
  void releaseHeldBackOfRoot();

  // ---- settle.cpp ----
  /// Makes v the finished data that a literal describes; see cue::isPlain.
  void settleLiteral(Vertex* v, Node* x, Environment* around, const CloseInfo& literalInfo);
  /// Finishes an arc that no conjunct can be added to any more and no closed struct has a say in, if its
  /// conjuncts decide it as they stand.
  bool settle(Vertex* a);
  bool settleReference(Vertex* a, const Conjunct& c, Node* x);
  bool settleExpression(Vertex* a, const Conjunct& c, Node* x);
  bool settleStruct(Vertex* a, const Conjunct& c, ir::StructLit* s);
  bool settleChoice(Vertex* a);
  /// Adds the arcs that a literal of regular fields declares, each with its one conjunct.
  void addDeclaredArcs(Vertex* v, ir::StructLit* s, Environment* around, const CloseInfo& literalInfo);

  // ---- disjunct.cpp ----
  /// What is left of a choice between scalars and basic types beside `scalar` (or null) of the kinds `kinds`;
  /// empty when nothing fits.
  Vec<ChosenScalar> chooseScalars(std::span<const PendingDisjunct> all, Value* scalar, std::uint16_t kinds);
  /// One of the values of a choice at v, finished.
  Vertex* scalarDisjunct(const Vertex* v, Value* value);

  // ---- eval.cpp ----
  Value* evalState(Expr* x, const Flags& flags);
  Value* evalStateInfo(Expr* x, const Flags& flags, CloseInfo& out);
  Value* value(Expr* x, Flags flags);
  Value* concrete(Environment* e, Expr* x, Op op);
  Value* evaluateVertex(Vertex* v, Node* ref, const Flags& flags);
  Value* unifyNode(Expr* x, const Flags& flags);
  Vertex* node(Node* orig, Expr* x, bool scalar, const Flags& flags);
  Vertex* resolve(Node* ref, const Flags& flags);
  Vertex* resolveLet(ir::LetReference* ref, const Flags& flags);
  Vertex* relNode(std::int32_t upCount);
  Value* evaluate(Node* x, const Flags& flags);
  Value* evaluateBound(ir::BoundExpr* x);
  Value* evaluateSlice(ir::SliceExpr* x);
  Value* evaluateInterpolation(ir::Interpolation* x);
  Value* evaluateUnary(ir::UnaryExpr* x);
  Value* evaluateBinary(ir::BinaryExpr* x, const Flags& flags);
  Value* compareBottom(Environment* e, const Origin& src, Expr* x, Op op, const Flags& flags);
  void verifyNonMonotonic(Environment* e, Expr* x, bool expectError);
  bool concreteIsPossible(Op op, Expr* x);
  Bottom* wrapCycleError(const Origin& at, Bottom* b);
  Vertex* skipTry(bool optional, Vertex* arc);

  // ---- comprehension.cpp ----
  Bottom* yieldClauses(Vertex* node, Environment* e, ir::Comprehension* c, const Flags& flags,
                       Vec<Environment*>& out);
  Vertex* forSource(Expr* x);

  // ---- call.cpp ----
  Value* evaluateCall(ir::CallExpr* x, const Flags& flags);
  Value* callBuiltin(Builtin* f, ir::CallExpr* x, const Flags& flags);
  Node* invokeBuiltin(Builtin* f, ir::CallExpr* call, Vec<Value*>& args, bool asValidator);
  Bottom* validateWith(Value* validator, Value* v);
  Bottom* validate(const Conjunct& check, Value* v);

  // ---- binop.cpp, bounds.cpp, equality.cpp, validate.cpp ----
  Value* binOp(Node* node, Op op, Value* left, Value* right);
  bool binOpBool(Node* node, bool errorOnKinds, Op op, Value* left, Value* right);
  Value* simplifyBounds(std::uint16_t k, ir::BoundValue* x, ir::BoundValue* y);
  bool matchPattern(Value* pattern, Feature f);
  bool matchPatternValue(Value* pattern, Feature f);
  bool boundHoldsFor(ir::BoundValue* x, std::string_view text);
  bool boundHoldsFor(ir::BoundValue* x, std::int64_t i);
  Bottom* validateBound(ir::BoundValue* x, Value* y);
  bool matchRegexp(Value* pattern, std::string_view text);
  bool equal(Value* a, Value* b, std::uint8_t flags);
  bool equalVertex(Vertex* x, Value* v, std::uint8_t flags);
  bool equalTerminal(Value* v, Value* w, std::uint8_t flags);

  // ---- conversions of values, with errors added on a wrong kind ----
  Value* newBool(bool b);
  Value* newInt(std::int64_t i);
  Value* newNum(const number::Decimal& d);
  Value* newString(std::string_view text);  ///< text must live in the arena
  Value* newBytes(std::string_view text);
  ir::Num* numValue(Value* v, const char* as);
  bool boolValue(Value* v, const char* as = nullptr);
  std::string_view stringValue(Value* v, const char* as = nullptr);
  std::string_view toText(Value* v);  ///< of any scalar
  std::string_view toBytes(Value* v);
  std::uint64_t uintValue(Value* v, const char* as);
  void typeError(Value* v, std::uint16_t k, const char* as);

  // ---- errors.cpp ----
  ErrorEntry* newPosf(const Origin& pos, const char* format, std::initializer_list<ErrorArg> args);
  ErrorEntry* newf(const char* format, std::initializer_list<ErrorArg> args) {
    return newPosf(src, format, args);
  }
  Bottom* bottomOf(ErrorEntry* e, Code code = Code::Eval);
  Bottom* newErrf(const char* format, std::initializer_list<ErrorArg> args) {
    return bottomOf(newf(format, args));
  }
  void addErrf(Code code, const Origin& pos, const char* format, std::initializer_list<ErrorArg> args);
  void addErrf(const char* format, std::initializer_list<ErrorArg> args) {
    addErrf(Code::Eval, src, format, args);
  }
  void addBottom(Bottom* b) { errs = combine(errs, b); }
  Bottom* takeErr() {
    Bottom* b = errs;
    errs = nullptr;
    return b;
  }
  Bottom* combine(Value* a, Value* b) {
    return a == nullptr && b == nullptr ? nullptr : combineFailures(a, b);
  }
  Bottom* combineFailures(Value* a, Value* b);
  ErrorList* listOf(ErrorEntry* e);
  ErrorList* join(const ErrorList* a, const ErrorList* b);
  ErrorEntry* wrap(ErrorEntry* outer, const ErrorList* cause);
  void addPlaces(Vec<Origin>& out, const Node* n);
  void addClosedPlaces(ErrorEntry& e, const CloseInfo& ci);
  Bottom* fieldError(Vertex* v, const Origin& pos, Feature f, const char* intFormat,
                     const char* stringFormat);
  Bottom* fieldIndexError(Vertex* v, const Origin& pos, Feature f);
  Bottom* notAllowedError(Vertex* arc);
  DefId nextDefId(const Node* n);

 private:
  void checkBudget();

  std::shared_ptr<Runtime> runtime_;
  Budget budget_;
  std::optional<Error> exhausted_;
  std::uint64_t steps_ = 0;
  std::uint64_t nextCheck_ = 0;
  std::uint32_t nesting_ = 0;
  std::uint32_t maxNesting_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  std::unordered_map<const Program*, Vertex*> imports_;
  BoundFields bound_;

 public:
  /// Values made while evaluating that own memory outside of the arena (parsed regular expressions, ...).
  std::vector<std::shared_ptr<const void>> keepAlive;
};

/// A level of nesting, of evaluations or of walking over what they made; see Budget::depth.
class Nesting {
 public:
  explicit Nesting(Context& ctx) : ctx_(ctx) { ctx.enterDepth(); }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  ~Nesting() { ctx_.leaveDepth(); }

 private:
  Context& ctx_;
};

/// Sets the environment, place and error slot of a Context for a while.
class StateFrame {
 public:
  StateFrame(Context& ctx, Environment* env, const Origin& src)
      : ctx_(ctx), env_(ctx.env), info_(ctx.info), src_(ctx.src), errs_(ctx.errs) {
    ctx.env = env;
    ctx.errs = nullptr;
    if (src.known()) ctx.src = src;
  }
  StateFrame(const StateFrame&) = delete;
  StateFrame& operator=(const StateFrame&) = delete;
  ~StateFrame() {
    if (!popped_) pop();
  }
  /// Restores what was, and gives the failures met meanwhile.
  Bottom* pop() {
    Bottom* errs = ctx_.errs;
    ctx_.env = env_;
    ctx_.info = info_;
    ctx_.src = src_;
    ctx_.errs = errs_;
    popped_ = true;
    return errs;
  }

 private:
  Context& ctx_;
  Environment* env_;
  CloseInfo info_;
  Origin src_;
  Bottom* errs_;
  bool popped_ = false;
};

/// Sets a variable for a while.
template <typename T>
class Restore {
 public:
  explicit Restore(T& variable) : variable_(variable), saved_(variable) {}
  Restore(T& variable, T value) : variable_(variable), saved_(variable) { variable = value; }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;
  ~Restore() { variable_ = saved_; }
  const T& saved() const { return saved_; }

 private:
  T& variable_;
  T saved_;
};

/// The value of a default, or the value itself; see CUE's rules for defaults. Lists are closed.
Value* defaultOf(Context& ctx, Value* v);
Vertex* defaultOfVertex(Context& ctx, Vertex* v);
/// A copy of v (and all below) with only its regular fields, as data.
Vertex* toDataAll(Context& ctx, Vertex* v);

inline constexpr std::uint8_t kEqualIgnoreOptional = 1;
inline constexpr std::uint8_t kEqualStructural = 2;
inline constexpr std::uint8_t kEqualRegularOnly = 4;

struct ValidateConfig {
  bool concrete = false;
  bool final = false;
  bool disallowCycles = false;
  bool reportIncomplete = false;
  bool allErrors = false;
};
/// The failures in v and below it; v must be finalized.
Bottom* validateVertex(Context& ctx, Vertex* v, const ValidateConfig& config);
Vertex* unifyValues(Context& ctx, Value* a, Value* b);

/// The fields of v in the order CUE shows them.
std::vector<Feature> orderedFeatures(Context& ctx, Vertex* v);

/// An expression or value as CUE-like text for messages.
std::string printNode(const Context& ctx, const Node* n);

}  // namespace puppis::cue::eval
