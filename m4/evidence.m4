# EV_EVIDENCE(VARIABLE, MODULE, NAME, PACKAGE)
# A library of evtriage-evidence, which works without it and then says so. --without-NAME leaves it out.
# Defines HAVE_VARIABLE and VARIABLE_VERSION, appends to EVIDENCE_CFLAGS and EVIDENCE_LIBS.
AC_DEFUN([EV_EVIDENCE], [
  AC_ARG_WITH([$3],
    [AS_HELP_STRING([--without-$3], [read no evidence that needs $3 (default: if it is there)])],
    [], [with_$3=check])
  AS_IF([test "x$with_$3" != xno], [
    PKG_CHECK_MODULES([$1], [$2],
      [EVIDENCE_CFLAGS="$EVIDENCE_CFLAGS $$1_CFLAGS"
       EVIDENCE_LIBS="$EVIDENCE_LIBS $$1_LIBS"
       AC_DEFINE([HAVE_$1], [1], [Define to 1 if $3 is there.])
       AC_DEFINE_UNQUOTED([$1_VERSION], ["`$PKG_CONFIG --modversion $3`"], [Version of $3.])
       ev_evidence="$ev_evidence $3"],
      [AC_MSG_RESULT([no])
       AS_IF([test "x$with_$3" = xyes],
         [AC_MSG_ERROR([$3 not found: install $4])],
         [AC_MSG_NOTICE([$3 not found: evidence that needs it is named, not read; install $4])])])
  ])
])
