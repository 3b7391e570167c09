# Writes OUT: a C++ file that defines NAMESPACE::FUNCTION() as the text of IN. In pieces, because compilers limit
# the length of one literal.
file(READ ${IN} text HEX)
string(LENGTH "${text}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," piece "${piece}")
  string(APPEND pieces "${piece}\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUT} "#include <string_view>
namespace ${NAMESPACE} {
static constexpr unsigned char kText[] = {
${pieces}0};
std::string_view ${FUNCTION}();
std::string_view ${FUNCTION}() {
  return {static_cast<const char*>(static_cast<const void*>(kText)), sizeof kText - 1};
}
}  // namespace ${NAMESPACE}
")
