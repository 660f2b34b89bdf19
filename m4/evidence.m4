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

# EV_IMAGE_LIBRARY(VARIABLE, NAME)
# A library that evtriage-evidence opens by its name when it starts: nothing of it is needed here.
# --without-NAME leaves it out. Defines USE_VARIABLE to 1 or 0.
AC_DEFUN([EV_IMAGE_LIBRARY], [
  AC_ARG_WITH([$2],
    [AS_HELP_STRING([--without-$2], [do not look for $2 when disk images are read])],
    [], [with_$2=yes])
  AC_DEFINE_UNQUOTED([USE_$1], [`test "x$with_$2" = xno && echo 0 || echo 1`],
    [Is $2 looked for at run time?])
])
