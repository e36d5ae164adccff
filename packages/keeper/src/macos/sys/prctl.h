/* There is no subreaper: orphans go to launchd. */
#define PR_SET_CHILD_SUBREAPER 0
#define prctl(what, value) ((void)0)
