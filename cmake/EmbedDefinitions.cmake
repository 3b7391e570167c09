# cmake -DROOT=dir -DOUT=file.cpp -P EmbedDefinitions.cmake: writes the files below ROOT that a program needs at run time as
# one C++ source that defines puppis::oam::builtInFiles().
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.cue ${ROOT}/*.yaml)
list(SORT files)
set(text "// Written by cmake/EmbedDefinitions.cmake from ${NAME}/. Do not edit.\n#include \"oam/builtin.h\"\n\n#include <array>\n\n")
string(APPEND text "namespace puppis::oam {\n\nstd::span<const BuiltInFile> builtInFiles() {\n  using namespace std::string_view_literals;\n")
list(LENGTH files count)
string(APPEND text "  static constexpr std::array<BuiltInFile, ${count}> kFiles = {{\n")
foreach(path ${files})
  file(READ ${ROOT}/${path} content)
  string(FIND "${content}" ")puppis\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${path} holds the delimiter of raw strings")
  endif()
  # With their lengths, since counting them would take more steps than clang gives a constant expression.
  # A compiler need not take string literals beyond 64 KiB; nothing here comes near.
  string(APPEND text "      {\"${path}\"sv, R\"puppis(${content})puppis\"sv},\n")
endforeach()
string(APPEND text "  }};\n  return kFiles;\n}\n\n}  // namespace puppis::oam\n")
file(WRITE ${OUT} "${text}")
