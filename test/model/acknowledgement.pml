/*
 * The acknowledgement protocol: one genuine notification, delivered again until it is acknowledged or WeChat Pay gives up; a
 * forged one; a webhook that may die between any two steps; a Temporal that may be away; and a workflow that may be open, closed
 * with the same result, closed with another, or unknown.
 *
 * Each rule is a switch; defined, the rule is left out, and the checker has to find what goes wrong then:
 *
 *   NO_VERIFICATION   a signature is not checked
 *   ACK_FIRST         acknowledged before Temporal has accepted it
 *   ACK_ANYWAY        acknowledged although Temporal did not accept it
 *   NO_IDS            the workflow does not remember the ids of notifications
 *   NO_UNCLAIMED      what nobody waits for is acknowledged and dropped
 *   NO_LEFTOVERS      what arrives while the workflow ends is not looked at
 */

#define DELIVERIES 4    /* of the genuine one; WeChat Pay makes fifteen, or thirty */
#define FAULTS 3        /* deaths of the webhook, absences of Temporal, lost acknowledgements */

mtype = { UNKNOWN, OPEN, CLOSED_SAME, CLOSED_OTHER };

byte faults = 0;
byte deliveries = 0;
bool acknowledged = false;
bool gaveUp = false;

mtype state = OPEN;
byte inbox = 0;             /* signals that Temporal holds and the workflow has not read */
bool remembered = false;    /* the workflow knows the id */
byte acted = 0;             /* how often the workflow acted on the genuine one */
bool kept = false;          /* an unclaimed notification exists; a second one with the same id is the same */
bool holdsFact = false;     /* the workflow's result says what the notification says */
bool forgedActed = false;

chan delivery = [0] of { bool };            /* genuine? */

proctype wechatpay() {
    do
    :: acknowledged -> break
    :: !acknowledged && deliveries < DELIVERIES -> deliveries++; delivery ! true
    :: !acknowledged && deliveries == DELIVERIES -> gaveUp = true; break
    od
}

/* Somebody else, who has no key, at any time. */
proctype forger() {
    delivery ! false
}

proctype webhook() {
    bool genuine;
    bool accepted;
end:
    do
    :: delivery ? genuine ->
        accepted = false;
#ifndef NO_VERIFICATION
        if
        :: !genuine -> goto next       /* refused */
        :: else
        fi;
#endif
#ifdef ACK_FIRST
        acknowledged = acknowledged || genuine;
#endif
        if
        :: faults < FAULTS -> faults++; goto next                       /* dies */
        :: skip
        fi;
        /* Temporal accepts the signal, or the start of an unclaimed notification; each in one step. */
        if
        :: faults < FAULTS -> faults++                                  /* it is away */
        :: atomic { state == OPEN ->
            if
            :: genuine -> inbox++; accepted = true
            :: else -> forgedActed = true
            fi }
        :: atomic { state == CLOSED_SAME -> accepted = true }           /* a duplicate of what is known */
#ifdef NO_UNCLAIMED
        :: atomic { state == UNKNOWN || state == CLOSED_OTHER -> accepted = true }
#else
        :: atomic { state == UNKNOWN || state == CLOSED_OTHER -> kept = true; accepted = true }
#endif
        fi;
        if
        :: faults < FAULTS -> faults++; goto next                       /* dies before it answers, or the answer is lost */
        :: skip
        fi;
#ifdef ACK_ANYWAY
        accepted = true;
#endif
        if
        :: accepted && genuine -> acknowledged = true
        :: else
        fi;
next:   skip
    od
}

#ifdef NO_LEFTOVERS
#define MAY_CLOSE true
#else
#define MAY_CLOSE (inbox == 0)   /* the server closes no run that has a signal it has not read, and the run looks at all of them */
#endif

/* Acts on what it is told, and ends by itself sooner or later: a poll may bring the same fact, or the time is over. */
proctype workflow() {
    bool asked;
    do
    :: atomic { state == OPEN && inbox > 0 ->
        inbox--;
#ifdef NO_IDS
        acted++; holdsFact = true
#else
        if
        :: !remembered -> remembered = true; acted++; holdsFact = true
        :: else
        fi
#endif
        }
    :: atomic { state == OPEN && !asked -> asked = true; holdsFact = true }   /* a poll has the same fact */
    :: atomic { state == OPEN && MAY_CLOSE ->
           if
           :: holdsFact -> state = CLOSED_SAME
           :: else -> state = CLOSED_OTHER
           fi;
           break }
    :: state != OPEN -> break
    od
}

init {
    atomic {
        if
        :: state = OPEN
        :: state = UNKNOWN
        :: state = CLOSED_OTHER
        :: state = CLOSED_SAME; holdsFact = true
        fi;
        run wechatpay();
        run forger();
        run webhook();
        run workflow()
    }
}

#define settledWell (acted == 1 || kept || holdsFact)

/* What was acknowledged is never lost, acted on at most once, and nothing forged is ever acted on. */
ltl nothing_lost { [] (acknowledged -> <> settledWell) }
ltl once { [] (acted <= 1 && !forgedActed) }
/* WeChat Pay has its acknowledgement, or more went wrong than it has patience for. */
ltl ends { <> (acknowledged || gaveUp) }
