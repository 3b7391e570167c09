// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/parse.h"

#include <string>

#include <gtest/gtest.h>

namespace puppis::cue {
namespace {

std::shared_ptr<const File> parsed(std::string text, const ParseOptions& options = {}) {
  auto file = parse(SourceFile::make("t.cue", std::move(text)), options);
  EXPECT_TRUE(file) << (file ? "" : file.error().str());
  return file ? *file : nullptr;
}

Error failed(std::string text, const ParseOptions& options = {}) {
  auto file = parse(SourceFile::make("t.cue", std::move(text)), options);
  EXPECT_FALSE(file);
  return file ? Error(ErrorCode::Internal, "parsed") : file.error();
}

/// The tree in one line, for comparison.
std::string shape(const Node& node) {
  std::string out(nodeKindName(node.kind));
  if (const auto* ident = node.as<Ident>()) out = ident->name;
  if (const auto* literal = node.as<BasicLit>()) out = literal->text;
  if (const auto* binary = node.as<BinaryExpr>()) out = tokenText(binary->op);
  if (const auto* unary = node.as<UnaryExpr>()) out = tokenText(unary->op);
  if (const auto* attribute = node.as<Attribute>()) out = attribute->text;
  if (const auto* field = node.as<Field>(); field != nullptr && field->constraint != Token::Illegal) {
    out += tokenText(field->constraint);
  }
  std::string children;
  forEachChild(node, [&](const Node& child) {
    if (!children.empty()) children += ' ';
    children += shape(child);
  });
  return children.empty() ? out : out + "(" + children + ")";
}

std::string shapeOf(std::string text, const ParseOptions& options = {}) {
  const auto file = parsed(std::move(text), options);
  return file == nullptr ? "" : shape(*file);
}

TEST(Parse, Declarations) {
  EXPECT_EQ(shapeOf("a: 1\n\"b c\"?: 2, #D!: 3"), "File(Field(a 1) Field?(\"b c\" 2) Field!(#D 3))");
  EXPECT_EQ(shapeOf("a: b: c: 1"), "File(Field(a StructLit(Field(b StructLit(Field(c 1))))))");
  EXPECT_EQ(shapeOf("(x): 1\n\"\\(y)z\": 2"),
            "File(Field(ParenExpr(x) 1) Field(Interpolation(\"\\( y )z\") 2))");
  EXPECT_EQ(shapeOf("[string]: int\n[N=_]: N\n..."),
            "File(Field(ListLit(string) int) Field(ListLit(Alias(N _)) N) Ellipsis)");
  EXPECT_EQ(shapeOf("let x = 1\nX=a: Y={}\nx"),
            "File(LetClause(x 1) Field(Alias(X a) Alias(Y StructLit)) EmbedDecl(x))");
  EXPECT_EQ(shapeOf("a: 1 @x(y) @z()\n@w(1, (2))"), "File(Field(a 1 @x(y) @z()) @w(1, (2)))");
  EXPECT_EQ(shapeOf("@if(foo)\npackage p\nimport \"a\"\nimport ( x \"b:c\" )"),
            "File(@if(foo) Package(p) ImportDecl(ImportSpec(\"a\")) ImportDecl(ImportSpec(x \"b:c\")))");
}

TEST(Parse, KeywordsAreLabels) {
  EXPECT_EQ(
      shapeOf("if: 1\nfor: 2\nin: 3\nlet: 4\ntrue: 5\nnull?: 6\nfunc: 7\nelse: 8"),
      "File(Field(if 1) Field(for 2) Field(in 3) Field(let 4) Field(true 5) Field?(null 6) Field(func 7) "
      "Field(else 8))");
  EXPECT_EQ(shapeOf("a: b.if.for"), "File(Field(a SelectorExpr(SelectorExpr(b if) for)))");
}

TEST(Parse, Expressions) {
  EXPECT_EQ(shapeOf("a: 1+2*3-4"), "File(Field(a -(+(1 *(2 3)) 4)))");
  EXPECT_EQ(shapeOf("a: x|y&z||p&&q"), "File(Field(a |(x &(y ||(z &&(p q))))))");
  EXPECT_EQ(shapeOf("a: *1|>=2&<3|=~\"x\""), "File(Field(a |(|(*(1) &(>=(2) <(3))) =~(\"x\"))))");
  EXPECT_EQ(shapeOf("a: f(1, x[0], y[1:], z[:2])"),
            "File(Field(a CallExpr(f 1 IndexExpr(x 0) SliceExpr(y 1) SliceExpr(z 2))))");
  EXPECT_EQ(shapeOf("a: [1, for x in y if x > 1 {x}, ...int]"),
            "File(Field(a ListLit(1 Comprehension(ForClause(x y) IfClause(>(x 1)) StructLit(EmbedDecl(x))) "
            "Ellipsis(int))))");
  EXPECT_EQ(shapeOf("a: x != _|_"), "File(Field(a !=(x BottomLit)))");
  EXPECT_EQ(shapeOf("a: \"x\\(1+f(\"\\(2)\"))y\""),
            "File(Field(a Interpolation(\"x\\( +(1 CallExpr(f Interpolation(\"\\( 2 )\"))) )y\")))");
}

TEST(Parse, CommasAreImplied) {
  EXPECT_EQ(shapeOf("a: [\n1\n2\n]\nb: {c: 1\nd: 2}"),
            "File(Field(a ListLit(1 2)) Field(b StructLit(Field(c 1) Field(d 2))))");
  EXPECT_EQ(shapeOf("{\n\"a\"\n:1\n,\"b\":2}"), "File(EmbedDecl(StructLit(Field(\"a\" 1) Field(\"b\" 2))))");
  ParseOptions old;
  old.languageVersion = "v0.16.0";
  EXPECT_EQ(failed("a: [\n1\n2\n]", old).message(), "missing ',' before newline in list literal");
}

TEST(Parse, ExperimentsGateSyntax) {
  EXPECT_EQ(failed("a~X: 1").where().at(0).column, 2U);
  EXPECT_EQ(shapeOf("@experiment(aliasv2)\na~X: 1\nb~(K,V): 2"),
            "File(@experiment(aliasv2) Field(a PostfixAlias(X) 1) Field(b PostfixAlias(K V) 2))");
  EXPECT_EQ(shapeOf("@experiment(try)\nif x {a: 1} else {b: 2}"),
            "File(@experiment(try) Comprehension(IfClause(x) StructLit(Field(a 1)) "
            "FallbackClause(StructLit(Field(b 2)))))");
  EXPECT_EQ(shapeOf("@experiment(explicitopen)\na: #D..."),
            "File(@experiment(explicitopen) Field(a PostfixExpr(#D)))");
  EXPECT_EQ(failed("@experiment(nonsense)\na: 1").message(), "unknown experiment \"nonsense\"");
}

TEST(Parse, EveryFaultIsListed) {
  const Error error = failed("a: )\nb: 1\nc: ]\n");
  ASSERT_EQ(error.details().size(), 2U);
  EXPECT_EQ(error.details()[0].where().at(0).line, 1U);
  EXPECT_EQ(error.details()[0].expectedText(), "operand");
  EXPECT_EQ(error.details()[0].foundText(), "')'");
  EXPECT_EQ(error.details()[1].where().at(0).line, 3U);
}

TEST(Parse, FaultsNameTheirPlace) {
  const Error error = failed("a: {\n  b: 1 2\n}");
  EXPECT_EQ(error.where().at(0).line, 2U);
  EXPECT_EQ(error.where().at(0).column, 8U);
  EXPECT_EQ(error.foundText(), "integer 2");
}

TEST(Parse, CommentsBelongToTheirNodes) {
  const auto file = parsed("// head\n\n// +usage=x\n// more\na: 1 // behind\nb: {\n// inner\n}\n");
  const auto* field = file->decls[0]->as<Field>();
  ASSERT_NE(field, nullptr);
  const CommentGroup* group = field->comments;
  ASSERT_NE(group, nullptr);
  while (group != nullptr && !group->doc) group = group->next;
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(commentText(*group), "+usage=x\nmore\n");
  bool behind = false;
  for (const CommentGroup* g = field->comments; g != nullptr; g = g->next) {
    behind = behind || (g->line && commentText(*g) == "behind\n");
  }
  EXPECT_TRUE(behind);
}

TEST(Parse, DeepInputIsAnErrorAndNoCrash) {
  for (const char* open : {"[", "{a:", "(", "-", "\"\\(", "a: {b: "}) {
    std::string text = "x: ";
    for (int i = 0; i < 100'000; ++i) text += open;
    const Error error = failed(text);
    EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
  }
  std::string chain = "x: 1";
  for (int i = 0; i < 100'000; ++i) chain += "+1";
  EXPECT_EQ(failed(chain).message(), "too many operators in one expression");
  std::string attribute;
  for (int i = 0; i < 100'000; ++i) attribute += "@a(";
  EXPECT_EQ(failed(attribute).code(), ErrorCode::InvalidArgument);
}

TEST(Parse, BytesThatNoTextHas) {
  EXPECT_EQ(failed(std::string("a: \"\0\"", 7)).message(), "illegal character NUL");
  EXPECT_EQ(failed("a: \"\xff\"").message(), "illegal UTF-8 encoding");
}

TEST(Parse, SpansCoverTheirText) {
  const std::string text = "a: b.c[1] + f(2) @x()\n";
  const auto file = parsed(text);
  const auto* field = file->decls[0]->as<Field>();
  EXPECT_EQ(text.substr(field->pos.offset, field->end - field->pos.offset), "a: b.c[1] + f(2) @x()");
  EXPECT_EQ(text.substr(field->value->pos.offset, field->value->end - field->value->pos.offset),
            "b.c[1] + f(2)");
}

TEST(ParseExpression, StandsAlone) {
  const auto file = parseExpression(SourceFile::make("", "a.b + 1"));
  ASSERT_TRUE(file);
  EXPECT_EQ(shape(**file), "File(EmbedDecl(+(SelectorExpr(a b) 1)))");
  EXPECT_FALSE(parseExpression(SourceFile::make("", "a b")));
}

}  // namespace
}  // namespace puppis::cue
