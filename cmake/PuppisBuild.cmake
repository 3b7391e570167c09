# How every target of Puppis is compiled, and the shape of a room.

option(PUPPIS_BUILD_BENCH "Build the benchmarks" ON)
option(PUPPIS_BUILD_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(PUPPIS_SANITIZE "" CACHE STRING "Sanitizers to build with: 'address,undefined' or 'thread'")

find_program(PUPPIS_CCACHE ccache)
if(PUPPIS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${PUPPIS_CCACHE})
endif()

add_library(puppis_options INTERFACE)
target_compile_options(puppis_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Woverloaded-virtual
  -Wimplicit-fallthrough -Werror -fno-omit-frame-pointer
  # Designated initialisers leave members to their defaults on purpose.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports these on correct uses of std::optional and std::string at -O2 (PR 105562 and kin).
  target_compile_options(puppis_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer
    -Wno-stringop-overflow -Wno-array-bounds -Wno-free-nonheap-object -Wno-stringop-overread)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Small structs named only by the union member that holds them; gcc takes them as C++ does.
  target_compile_options(puppis_options INTERFACE -Wno-nested-anon-types)
endif()
target_include_directories(puppis_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
if(PUPPIS_SANITIZE)
  target_compile_options(puppis_options INTERFACE -fsanitize=${PUPPIS_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(puppis_options INTERFACE -fsanitize=${PUPPIS_SANITIZE})
endif()
if(PUPPIS_BUILD_FUZZ)
  # Every room tells the fuzzer which of its branches were taken; only the targets link the fuzzer itself.
  target_compile_options(puppis_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(PUPPIS_MOLD mold)
if(PUPPIS_MOLD)
  target_link_options(puppis_options INTERFACE -fuse-ld=mold)
endif()

# puppis_room(NAME USES room... LINKS target...): src/NAME as the library puppis_NAME, and every *_test.cpp in it
# as the one test program NAME_test. A room without a source file yet is left out.
function(puppis_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(NOT sources)
    return()
  endif()
  add_library(puppis_${name} STATIC ${sources})
  add_library(puppis::${name} ALIAS puppis_${name})
  target_link_libraries(puppis_${name} PUBLIC puppis_options)
  foreach(used ${ROOM_USES})
    if(TARGET puppis_${used})
      target_link_libraries(puppis_${name} PUBLIC puppis_${used})
    endif()
  endforeach()
  target_link_libraries(puppis_${name} PUBLIC ${ROOM_LINKS})
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE puppis_${name} GTest::gtest GTest::gmock GTest::gtest_main rapidcheck_gtest)
    target_compile_definitions(${name}_test PRIVATE PUPPIS_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test --gtest_brief=1)
  endif()
endfunction()

# puppis_embed_definitions(TARGET DIR): builds the files of DIR into TARGET (oam/builtin.h). Written again when one of them changes.
function(puppis_embed_definitions target directory)
  if(NOT TARGET ${target})
    return()
  endif()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${directory}/*.cue ${CMAKE_SOURCE_DIR}/${directory}/*.yaml)
  set(out ${CMAKE_BINARY_DIR}/generated/embedded_${directory}.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}/${directory} -DNAME=${directory} -DOUT=${out}
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedDefinitions.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedDefinitions.cmake
    COMMENT "Embedding ${directory}/")
  target_sources(${target} PRIVATE ${out})
endfunction()

# The one program.
function(puppis_binary)
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/src/main.cpp)
    return()
  endif()
  add_executable(puppis ${CMAKE_SOURCE_DIR}/src/main.cpp)
  target_link_libraries(puppis PRIVATE puppis_cli)
  install(TARGETS puppis RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
