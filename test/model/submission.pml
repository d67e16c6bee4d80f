/*
 * The submission protocol: one business key, a worker that may die between any two steps, a network that loses, delays
 * requests, a WeChat Pay that may or may not notice that it is asked for the same again, and a retention after which the key
 * can be started anew.
 *
 * Each rule of docs/explanation/retry-safety.md is a switch; defined, the rule is left out, and the checker has to find
 * what goes wrong then:
 *
 *   NO_FREEZE      every attempt makes its request anew
 *   NO_KEY         a second workflow for the same key runs beside the first
 *   NO_QUERY       an attempt sends without asking first
 *   NO_FIRST_ASK   an attempt that counts as the first sends without asking
 *   CLIENT_RETRY   a request without an answer is sent again at once, inside its attempt
 *   NO_DEADLINE    an attempt waits for its answer for ever
 *   NO_SETTLING    "not found" counts as proof at once, whatever was sent before
 *   NO_COMPARE     "already" counts as success without a look at the record
 *   NO_SIGNATURE   an answer counts without a valid signature
 *   NO_SHIELD      a cancellation ends a workflow while what it sent has no outcome
 *   NO_RESET       a run that came of a workflow reset counts as the first that can have sent
 */

#define FAULTS 3        /* crashes, losses, forgeries, slow requests and resets in one run */

mtype = { OURS, OTHER };                                  /* whose data a record holds */
mtype = { UNSETTLED, DONE, CONFLICT, CANCELLED };         /* how a process ended */
mtype = { OK, ALREADY, LOST };                            /* what came back */

byte faults = 0;
byte effects = 0;            /* how often WeChat Pay did it for us: the ledger */
byte flying = 0;             /* requests on their way that may still arrive */
bool recorded = false;       /* WeChat Pay has a record under the key that we ask for */
bool visible = false;        /* and the query shows it */
mtype owner = OURS;
bool recognises;              /* whether WeChat Pay notices a repeat of this call */
bool cancelRequested = false;
bool untrue = false;         /* a result said what is not so */

mtype outcome[2] = UNSETTLED;

/*
 * What arrives is done. A record of somebody else's data refuses it ("already"); whether one of our own does, differs from
 * call to call, so both happen.
 */
inline arrive(answer) {
    if
    :: recorded -> answer = ALREADY
    :: !recorded || (!recognises && owner == OURS) ->
        effects++;
        owner = OURS;
#ifndef NO_FREEZE
        recorded = true;     /* with another key at each attempt nobody will ever find it again */
#endif
        answer = OK;
        if
        :: visible = recorded
        :: faults < FAULTS && recorded -> faults++   /* the record becomes visible later */
        fi
    fi
}

/* An operator resets the workflow: it begins anew, and what it sent is not in its history. */
inline reset_workflow() {
    faults++;
#ifdef NO_RESET
    first = true
#else
    first = false
#endif
}

/* WeChat Pay and the network, on their own. */
active proctype world() {
    mtype ignored;
    bool free = true;
end:
    do
    /* Somebody else uses the key, with other data: before us, or between our question and our request. */
    :: atomic { free && !recorded && effects == 0 -> free = false; recorded = true; visible = true; owner = OTHER }
    :: atomic { flying > 0 -> flying--; arrive(ignored) }      /* a slow request arrives after all */
    :: atomic { flying > 0 -> flying-- }                       /* or never */
    :: atomic { recorded && !visible -> visible = true }
    :: atomic { !cancelRequested -> cancelRequested = true }
    od
}

proctype workflow(byte me) {
    mtype answer;
    bool first = true;       /* nothing can have been sent: attempt 1, just scheduled */
    bool found;
    bool mine;
    bool unanswered = false; /* something was sent, and its outcome is not known */
    bool retained = true;    /* the closed workflow still keeps its id */

attempt:
    if
    :: atomic { faults < FAULTS -> reset_workflow() }
    :: skip
    fi;

    /* A cancellation is honoured before anything was sent; afterwards only once the outcome is known. */
    if
#ifdef NO_SHIELD
    :: atomic { cancelRequested -> outcome[me] = CANCELLED; goto over }
#else
    :: atomic { cancelRequested && first -> outcome[me] = CANCELLED; goto over }
#endif
    :: skip
    fi;

#ifdef NO_FIRST_ASK
    if
    :: first -> goto send
    :: else
    fi;
#endif
#ifndef NO_QUERY
    atomic { found = visible; mine = (owner == OURS) }
    if
    :: found -> goto compare
    :: else
    fi;
#ifndef NO_SETTLING
    /* The settling waits are longer than a request is under way and a record stays hidden. */
    if
    :: first
    :: else ->
        atomic { flying == 0 && (!recorded || visible) -> found = visible; mine = (owner == OURS) }
        if
        :: found -> goto compare
        :: else
        fi
    fi;
#endif
#endif

    /* Reset while it is at this point, it sends all the same, sooner than the settling waits of the new run are over. */
    if
    :: atomic { faults < FAULTS -> reset_workflow(); unanswered = true; flying++ }; goto attempt
    :: skip
    fi;

send:
    /* A worker that dies here comes back as another attempt, and does not know whether it sent. */
    if
    :: atomic { faults < FAULTS -> faults++; first = false }; goto attempt                       /* died before */
    :: atomic { faults < FAULTS -> faults++; first = false; unanswered = true; flying++ };                           /* sent, slow */
#ifdef NO_DEADLINE
        goto forever
#else
        goto attempt
#endif
    :: atomic { faults < FAULTS -> faults++; first = false; unanswered = true; arrive(answer) };                     /* done, answer lost */
#ifdef CLIENT_RETRY
        goto send
#else
        goto attempt
#endif
    :: atomic { faults < FAULTS -> faults++; first = false; answer = OK };                        /* somebody else answers */
#ifdef NO_SIGNATURE
        goto answered
#else
        goto attempt
#endif
    :: atomic { first = false; arrive(answer) }; goto answered
    fi;

#ifdef NO_DEADLINE
forever:
    found = !found; goto forever;
#endif

answered:
    if
    :: answer == OK -> outcome[me] = DONE; goto over
    :: answer == ALREADY ->
#ifdef NO_COMPARE
        outcome[me] = DONE; goto over
#else
        /* The record decides; it may be hidden for a while. */
        atomic { visible -> mine = (owner == OURS) }
        goto compare
#endif
    fi;

compare:
    if
    :: mine -> outcome[me] = DONE
    :: else -> outcome[me] = CONFLICT
    fi;

over:
    /* What a result may not say. */
    if
    :: outcome[me] == DONE && (effects == 0 || owner == OTHER) -> untrue = true
    :: outcome[me] == CANCELLED && unanswered -> untrue = true
    :: else
    fi;

    /* A closed workflow can be reset as well; or its retention passes, and a new one takes the id. */
    if
    :: atomic { faults < FAULTS && retained -> outcome[me] = UNSETTLED; reset_workflow() }; goto attempt
    :: atomic { retained && flying == 0 && (!recorded || visible) ->
           retained = false; outcome[me] = UNSETTLED; first = true; unanswered = false }; goto attempt
    :: skip
    fi
}

init {
    atomic {
        if
        :: recognises = true
        :: recognises = false
        fi;
        run workflow(0);
#ifdef NO_KEY
        run workflow(1)
#else
        /* A second start of the key joins the first. */
        outcome[1] = CANCELLED
#endif
    }
}

/* One business key has at most one effect, a result says only what is true, and every process ends. */
ltl one_effect { [] (effects <= 1) }
ltl true_result { [] (!untrue) }
ltl ends { <> [] (outcome[0] != UNSETTLED) }
