# EV_CFLAGS_IF_SUPPORTED(VARIABLE, FLAGS)
# Appends to VARIABLE each of FLAGS that the C compiler takes without a complaint.
AC_DEFUN([EV_CFLAGS_IF_SUPPORTED], [
  for ev_flag in $2; do
    ev_save_cflags=$CFLAGS
    # -Werror: clang only warns about a flag that it does not know.
    CFLAGS="$CFLAGS -Werror $ev_flag"
    AC_MSG_CHECKING([whether $CC takes $ev_flag])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes])
       $1="$$1 $ev_flag"],
      [AC_MSG_RESULT([no])])
    CFLAGS=$ev_save_cflags
  done
])

# EV_LDFLAGS_IF_SUPPORTED(VARIABLE, FLAGS)
# The same for the linker.
AC_DEFUN([EV_LDFLAGS_IF_SUPPORTED], [
  for ev_flag in $2; do
    ev_save_ldflags=$LDFLAGS
    LDFLAGS="$LDFLAGS $ev_flag"
    AC_MSG_CHECKING([whether the linker takes $ev_flag])
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes])
       $1="$$1 $ev_flag"],
      [AC_MSG_RESULT([no])])
    LDFLAGS=$ev_save_ldflags
  done
])

# EV_NEED(VARIABLE, MODULE, NAME, PACKAGE)
# A library without which nothing can be built. Collects what is missing, so
# that one run of configure names all of it (EV_NEED_DONE).
AC_DEFUN([EV_NEED], [
  PKG_CHECK_MODULES([$1], [$2],
    [DEPS_CFLAGS="$DEPS_CFLAGS $$1_CFLAGS"
     DEPS_LIBS="$DEPS_LIBS $$1_LIBS"],
    [AC_MSG_RESULT([no])
     AC_MSG_WARN([$3 not found: install $4])
     ev_missing="$ev_missing $4"])
])

# EV_NEED_DONE
AC_DEFUN([EV_NEED_DONE], [
  AS_IF([test -n "$ev_missing"],
    [AC_MSG_ERROR([libraries are missing. On Debian: apt-get install$ev_missing])])
])

# EV_SANITIZERS
# --enable-asan and --enable-fuzzing; sets SAN_CFLAGS, SAN_LDFLAGS, FUZZ_LDFLAGS.
AC_DEFUN([EV_SANITIZERS], [
  SAN_CFLAGS=
  SAN_LDFLAGS=
  FUZZ_LDFLAGS=
  AC_ARG_ENABLE([asan],
    [AS_HELP_STRING([--enable-asan], [build with AddressSanitizer and UndefinedBehaviorSanitizer])],
    [], [enable_asan=no])
  AC_ARG_ENABLE([fuzzing],
    [AS_HELP_STRING([--enable-fuzzing], [link the fuzz targets with libFuzzer (needs clang)])],
    [], [enable_fuzzing=no])

  AS_IF([test "x$enable_asan" = xyes], [
    SAN_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
    SAN_LDFLAGS="-fsanitize=address,undefined"
    ev_save_cflags=$CFLAGS
    CFLAGS="$CFLAGS $SAN_CFLAGS"
    AC_MSG_CHECKING([whether $CC links with the sanitizers])
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-asan: no sanitizer runtime; for clang install libclang-rt-14-dev])])
    CFLAGS=$ev_save_cflags
  ])

  AS_IF([test "x$enable_fuzzing" = xyes], [
    ev_save_cflags=$CFLAGS
    CFLAGS="$CFLAGS -fsanitize=fuzzer"
    AC_MSG_CHECKING([whether $CC has libFuzzer])
    AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) { return p == NULL && n > 0; }
]])],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-fuzzing needs clang with libFuzzer: ./configure CC=clang --enable-fuzzing])])
    CFLAGS=$ev_save_cflags
    SAN_CFLAGS="$SAN_CFLAGS -fsanitize=fuzzer-no-link"
    FUZZ_LDFLAGS="-fsanitize=fuzzer"
  ])
  AM_CONDITIONAL([FUZZERS], [test "x$enable_fuzzing" = xyes])
  AC_SUBST([SAN_CFLAGS])
  AC_SUBST([SAN_LDFLAGS])
  AC_SUBST([FUZZ_LDFLAGS])
])
