// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cue/eval/context.h"
#include "cue/eval/vertex.h"

// What a Vertex needs while it is being evaluated: its tasks, what is known so far, and the bookkeeping of
// disjunctions, closedness and cycles.

namespace puppis::cue::eval {

/// How a request goes on when what it asks for is not known yet.
enum class RunMode : std::uint8_t {
  None,
  Ignore,       ///< do not evaluate
  AttemptOnly,  ///< go on with what there is
  Yield,        ///< suspend the running task until it is known
  Finalize,     ///< bring it to an end: what is still open is settled as it stands
};

/// A set of things that may be known of a Vertex. Tasks say which they contribute to; a request names those
/// it needs.
using Condition = std::uint16_t;
inline constexpr Condition kAllAncestorsProcessed = 1 << 0;  ///< no ancestor can add conjuncts any more
inline constexpr Condition kArcTypeKnown = 1 << 1;           ///< whether the field exists
inline constexpr Condition kValueKnown = 1 << 2;             ///< which type it has
inline constexpr Condition kScalarKnown = 1 << 3;            ///< its scalar, or that it has none
inline constexpr Condition kFieldConjunctsKnown = 1 << 4;    ///< all conjuncts of all fields
inline constexpr Condition kFieldSetKnown = 1 << 5;          ///< which fields there are
inline constexpr Condition kAllTasksCompleted = 1 << 6;
inline constexpr Condition kSubFieldsProcessed = 1 << 7;  ///< everything below is finished
inline constexpr Condition kDisjunctionTask = 1 << 8;
inline constexpr Condition kChildConjunctsDone = 1 << 9;
inline constexpr Condition kAllKnown = 0x7fff;
inline constexpr Condition kNeverKnown = 0x8000;
inline constexpr int kConditionCount = 10;

/// Known once no task is left that contributes; the others are signalled.
inline constexpr Condition kCounted =
    kArcTypeKnown | kValueKnown | kFieldConjunctsKnown | kAllTasksCompleted | kDisjunctionTask;
/// What a standstill settles first: a value that gets no more conjuncts has the scalar it has, or none.
inline constexpr Condition kAutoUnblock = kScalarKnown | kArcTypeKnown;
inline constexpr Condition kGenericConjunct =
    kAllTasksCompleted | kScalarKnown | kValueKnown | kFieldConjunctsKnown;
inline constexpr Condition kFieldConjunct = kAllTasksCompleted | kFieldConjunctsKnown | kValueKnown;
inline constexpr Condition kScalarValue = kScalarKnown | kDisjunctionTask;
inline constexpr Condition kNeedFieldConjunctsKnown = kFieldConjunctsKnown | kAllAncestorsProcessed;
inline constexpr Condition kNeedFieldSetKnown = kFieldSetKnown | kAllAncestorsProcessed;
inline constexpr Condition kNeedTasksDone = kAllAncestorsProcessed | kAllTasksCompleted;
inline constexpr Condition kConcreteKnown = kScalarKnown;

/// What a request asks of an expression or a Vertex.
struct Flags {
  Condition condition = 0;
  RunMode mode = RunMode::None;
  VertexStatus status = VertexStatus::Unprocessed;
  bool checkTypos = false;
  bool concrete = false;
};

enum class TaskKind : std::uint8_t {
  Evaluation,
  Resolver,
  Dynamic,
  Pattern,
  Comprehension,
  ListLit,
  ListVertex,
  Disjunctions,
};
enum class TaskState : std::uint8_t { Ready, Running, Waiting, Success, Failed, Cancelled };

struct Task {
  TaskKind kind = TaskKind::Evaluation;
  TaskState state = TaskState::Ready;
  Condition completes = 0;
  Condition blockCondition = 0;
  bool defunct = false;  ///< a copy in a disjunct does its work
  bool unblocked = false;
  bool inserting = false;  ///< a comprehension that inserts what its clauses yielded
  bool retry = false;      ///< run again later
  NodeState* blockedOn = nullptr;
  NodeState* node = nullptr;
  Bottom* err = nullptr;
  Environment* env = nullptr;
  Node* x = nullptr;
  CloseInfo info;
};

struct PendingDisjunction {
  Environment* env = nullptr;
  CloseInfo cloneInfo;
  Node* src = nullptr;
  Vec<PendingDisjunct> disjuncts;
};

/// A comparison with `_|_` to be made again once all is known.
struct PostCheck {
  Environment* env = nullptr;
  Expr* expr = nullptr;
  bool expectError = false;
};
struct Receiver {
  Vertex* vertex = nullptr;
  CloseInfo info;
};
struct CyclicConjunct {
  Conjunct conjunct;
  Vertex* arc = nullptr;
};

enum class DefKind : std::uint8_t { Unknown, Embedding, Reference, Struct };

/// A closed (or embedding) struct a Vertex was unified with: a requirement on its fields.
struct RefInfo {
  Vertex* vertex = nullptr;
  DefId id = 0;
  DefId parent = 0;
  DefId embed = 0;
  bool ignore = false;
  bool isRecursive = false;
  bool conjunctOpened = false;
  DefKind kind = DefKind::Unknown;
};
struct ReplaceId {
  DefId from = 0;
  DefId to = 0;
  friend bool operator==(const ReplaceId& a, const ReplaceId& b) { return a.from == b.from && a.to == b.to; }
};
inline constexpr std::uint8_t kHasEllipsis = 1;
inline constexpr std::uint8_t kHasTop = 2;
inline constexpr std::uint8_t kHasStruct = 4;
inline constexpr std::uint8_t kHasOpenValidator = 8;
/// What the conjuncts of one requirement contribute to a Vertex.
struct ConjunctInfo {
  DefId id = 0;
  DefId embed = 0;
  std::uint16_t kind = 0;
  std::uint8_t flags = 0;
};
struct ReqSet {
  DefId id = 0;
  DefId parent = 0;
  DefId embed = 0;
  DefKind kind = DefKind::Unknown;
  bool once = false;     ///< closes one level only
  bool ignored = false;  ///< kept to know the scopes, not checked
  bool removed = false;
  bool conjunctOpened = false;
};

enum class EmbedClosedness : std::uint8_t { Open, NonRecursive, Recursive };

/// The part of a NodeState that a clone for a disjunct starts with.
struct NodeFacts {
  bool isInitialized = false;
  bool toComplete = false;
  bool hasTop = false;
  bool hasAnyCyclicConjunct = false;
  bool hasAncestorCycle = false;
  bool hasNonCycle = false;
  bool hasNonCyclic = false;
  bool hasStruct = false;
  bool isDef = false;
  bool dropParentRequirements = false;
  bool hasRequirement = false;  ///< among reqDefs is one that is checked
  bool computedCloseInfo = false;
  bool computedFlatReplaceIds = false;
  bool isShared = false;
  bool noSharing = false;
  bool shareDecremented = false;
  bool hasFieldValue = false;
  bool aStruct = false;
  bool listIsClosed = false;
  bool* trySkip = nullptr;
  EmbedClosedness embedClosedness = EmbedClosedness::Open;
  int isCompleting = 0;
  RunMode runMode = RunMode::None;
  int evalDepth = 0;
  std::int32_t depth = 0;
  DefaultMode defaultMode = DefaultMode::Maybe;
  DefaultMode origDefaultMode = DefaultMode::Maybe;
  CycleType shareCycleType = CycleType::None;
  Conjunct shared;
  Node* origBase = nullptr;
  Vertex* defaultAttemptInCycle = nullptr;
  std::uint16_t kind = kTop;
  Node* kindExpr = nullptr;
  CloseInfo kindInfo;
  Value* scalar = nullptr;
  CloseInfo scalarInfo;
  std::int64_t maxListLen = 0;
  Node* maxNode = nullptr;
  ir::BoundValue* lowerBound = nullptr;
  ir::BoundValue* upperBound = nullptr;
  Bottom* errs = nullptr;
};

enum class SchedState : std::uint8_t { Ready, Running, Success, Failed };

struct NodeState : NodeFacts {
  NodeState(Context& context, Vertex& vertex);

  Context* ctx;
  Vertex* node;
  Vertex* parent = nullptr;  ///< where an inline Vertex ends up, for paths
  Vertex* underlying;        ///< the Vertex this was cloned from, at the bottom
  bool isDisjunctState = false;
  int uses = 0;  ///< how many calls are working on it; it is kept until there are none
  bool hasDisjunction = false;
  bool collecting = false;  ///< holds comprehensions back until all its conjuncts are there

  // Scheduling.
  SchedState sched = SchedState::Ready;
  Condition completed = 0;
  Condition needs = 0;
  Condition provided = 0;
  Condition frozen = 0;
  bool isFrozen = false;
  std::int32_t counters[kConditionCount] = {};
  Vec<Task*> tasks;
  Vec<Task*> parentTasks;
  Vec<Task*> blocking;
  Vec<NodeState*> deferred;

  Vec<Vertex*> arcMap;
  VertexMap* vertexMap = nullptr;
  Vec<Receiver> notify;
  Vec<CloseInfo> sharedInfos;
  Vec<CyclicConjunct> cyclicConjuncts;
  Vec<RefInfo> reqDefs;
  Vec<ReplaceId> replaceIds;
  Vec<ReplaceId> flatReplaceIds;
  DefId minFlatReplaceTo = 0;
  Vec<ConjunctInfo> conjunctInfos;
  Vec<ReqSet> reqSets;
  Vec<Conjunct> checks;
  Vec<PostCheck> postChecks;
  Vec<PendingDisjunction> disjunctions;
  Vec<NodeState*> disjuncts;
  Vec<Bottom*> disjunctErrs;
  Vec<Bottom*> userErrs;

  // scheduler.cpp
  bool meets(Condition need) const;
  void blockOn(Condition c) { provided |= c; }
  void signal(Condition done);
  void freeze(Condition c);
  bool process(Condition need, RunMode mode);
  bool handleParents(Condition need, RunMode mode);
  bool processAncestors(RunMode mode);
  [[noreturn]] void yieldTask();
  void decrementCounts(Condition x);
  void incrementCounts(Condition x);
  bool hasActiveParentTask() const;
  bool allTasksStarted() const;
  bool allTasksFinished() const;
  Task* scheduleTask(TaskKind taskKind, Environment* env, Node* x, const CloseInfo& info);
  Condition pushDown(Task* task, Node* x);
  Condition deferFieldSetKnown(Condition c) const;
  Condition completions();

  // unify.cpp
  void initBare();
  void scheduleConjuncts();
  void flushDeferredCyclicConjuncts();
  void completeNodeTasks(RunMode mode);
  void updateScalar();
  bool completeAllArcs(Condition need, RunMode mode, bool checkTypos);
  void mismatchedField(Vertex* a);
  void evalArcTypes(RunMode mode);

  // settle.cpp
  /// Whether the arcs may be finished without a state of their own.
  bool maySettleArcs() const;
  void validateValue();
  Node* validators(bool final);

  // conjunct.cpp
  void scheduleConjunct(const Conjunct& c, CloseInfo info);
  void scheduleStruct(Environment* env, ir::StructLit* s, CloseInfo info);
  void scheduleComprehension(Environment* env, ir::Comprehension* c, const CloseInfo& info);
  void insertYielded(ir::Comprehension* c, const Vec<Environment*>& envs, Environment* env,
                     const CloseInfo& info);
  void scheduleVertexConjuncts(Conjunct c, Vertex* arc, CloseInfo info);
  void insertValueConjunct(Environment* env, Value* v, CloseInfo info);
  void insertValidator(Environment* env, Value* v, const CloseInfo& info);
  bool insertBound(Environment* env, ir::BoundValue* x, const CloseInfo& info);
  void addNotify(Vertex* v, const CloseInfo& info);
  bool updateNodeType(std::uint16_t k, Node* v, const CloseInfo& info);

  // fields.cpp
  Vertex* getArc(Feature f, ArcType mode);
  Vertex* getArc(Feature f, ArcType mode, bool& isNew);
  Vertex* insertArc(Feature f, ArcType mode, const Conjunct& c, const CloseInfo& info, bool check);
  void addConstraint(Vertex* arc, ArcType mode, Conjunct c, bool check);
  void insertPattern(Value* pattern, const Conjunct& c);
  bool insertConstraint(Value* pattern, const Conjunct& c);
  void matchPatterns(Vertex* arc, ArcType mode, Feature f, bool check);

  // share.cpp
  void share(const Conjunct& c, Vertex* arc, const CloseInfo& info);
  bool shareIfPossible(const Conjunct& c, Vertex* arc, const CloseInfo& info);
  void unshare();
  void finalizeSharing();
  void addShared(const CloseInfo& info);
  void decSharedInfos();

  // cycle.cpp
  CloseInfo detectCycle(Vertex* arc, Environment* env, Node* ref, CloseInfo info, bool& skip);
  CloseInfo markCyclic(Vertex* arc, Environment* env, Node* ref, CloseInfo info, bool& skip);
  CloseInfo markCyclicPath(Vertex* arc, Environment* env, Node* ref, CloseInfo info, bool& skip);
  void markNonCyclic(const CloseInfo& info);
  bool hasAncestor(Vertex* arc) const;
  bool hasOnlyCyclicConjuncts() const {
    return (hasAncestorCycle && !hasNonCycle) || (hasAnyCyclicConjunct && !hasNonCyclic);
  }
  void updateCyclicStatus(const CloseInfo& info);
  bool assertStructuralCycle();
  void reportCycleError();

  // typos.cpp
  void addReplacement(ReplaceId x);
  void updateConjunctInfo(std::uint16_t k, const CloseInfo& info, std::uint8_t flags);
  CloseInfo addResolver(Node* p, Vertex* v, CloseInfo info, bool forceIgnore);
  CloseInfo newReq(Node* p, CloseInfo info, DefKind kind);
  CloseInfo injectEmbedNode(Node* x, CloseInfo info);
  CloseInfo splitStruct(ir::StructLit* s, CloseInfo info);
  CloseInfo splitScope(Node* p, CloseInfo info) { return newReq(p, info, DefKind::Struct); }
  void checkTypos();
  /// Whether a closed struct may forbid fields here; false only when none does.
  bool requiresFields() const;
  Vec<ReqSet>& requirements();
  bool hasEvidenceForAll(const Vec<ReqSet>& sets, const Vec<ConjunctInfo>& infos);
  bool hasEvidenceForOne(const Vec<ReqSet>& sets, std::uint32_t i, const Vec<ConjunctInfo>& infos);
  bool containsDef(DefId node, DefId child);
  bool containsDefRec(DefId node, DefId child, DefId start);
  void filterTop(Vec<ReqSet>& sets, const Vec<ConjunctInfo>& parentInfos);
  DefId parentEllipsis(const ReqSet& set, const Vec<ConjunctInfo>& infos);

  // disjunct.cpp
  void scheduleDisjunction(const PendingDisjunction& d);
  Bottom* processDisjunctions();
  void crossProduct(Vec<NodeState*>& dst, const Vec<NodeState*>& cross, PendingDisjunction& d, RunMode mode);
  Bottom* collectErrors(PendingDisjunction& d);
  NodeState* doDisjunct(Conjunct c, DefaultMode m, RunMode mode, Vertex* orig, Bottom*& err);
  bool processScalarDisjunction(PendingDisjunction& d);
  void signalDisjuncts();
  void finalizeDisjunctions();
  Bottom* error();
  Bottom* errorAll();
  ErrorList* disjunctError();
  void makeError();

  // tasks.cpp
  void updateListType(Node* list, const CloseInfo& info, bool isClosed);
  bool updateListLength(Node* list, std::int64_t length, bool isClosed, bool hasComprehension, bool literal);

  // errors.cpp
  void addBottom(Bottom* b);
  void addErr(ErrorEntry* e);
  bool hasErr();
  Bottom* getErr();
  void addChildError(Bottom* b);
  void reportConflict(Node* v1, Node* v2, std::uint16_t k1, std::uint16_t k2, const CloseInfo& a,
                      const CloseInfo& b);
};

}  // namespace puppis::cue::eval
