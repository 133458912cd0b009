package reply

// result finds what follows for the orders.
func (r *reading) result() Result {
	out := Result{Reply: true, Clean: r.clean}
	var open, closed []int
	settled := false // an order whose customer may still mean it by IPTAL
	for i := range r.orders {
		switch {
		case !r.mine[i]:
		case r.open(i):
			open = append(open, i)
		default:
			closed = append(closed, i)
			switch r.orders[i].State {
			case Confirmed, Cancelled, Expired:
				settled = true
			}
		}
	}
	if r.intent == Cancel && r.because == "IPTAL" && len(r.found) == 0 && !r.foreign && !r.unknown && len(open) == 0 && !settled {
		r.set(OptOut, RuleOptOutNoOrder, r.because)
	}
	suggest := func() {
		for _, i := range open {
			if len(out.Suggest) < 3 {
				out.Suggest = append(out.Suggest, r.orders[i].Ref)
			}
		}
	}
	act := func(list []int) {
		for _, i := range list {
			out.Actions = append(out.Actions, Action{Index: i, Ref: r.orders[i].Ref, Outcome: r.act(i)})
			out.Refs = append(out.Refs, r.orders[i].Ref)
		}
		out.Outcome = out.Actions[0].Outcome
	}
	switch r.intent {
	case OptOut:
		out.Outcome = OutcomeOptOut
	case Question:
		out.Outcome = OutcomeStatusOrHelp
		out.Refs = r.refs()
	case Ambiguous, None, BareReference:
		out.Outcome = OutcomeHelp
		if out.Refs = r.refs(); len(open) > 0 || len(out.Refs) > 0 {
			out.Outcome = OutcomeAskIntent
			suggest()
		}
	default:
		_, everything := r.any(all)
		switch {
		case len(r.found) > 0:
			act(r.found)
		case r.foreign:
			out.Outcome = OutcomeNotYourOrder
		case r.unknown:
			out.Outcome = OutcomeUnknownReference
			suggest()
		case len(open) == 1, len(open) > 1 && everything && r.intent == Confirm:
			act(open)
		case len(open) > 1:
			out.Outcome = OutcomeAskReference
			suggest()
		case len(closed) > 0:
			newest := closed[0]
			for _, i := range closed {
				if r.orders[i].Age < r.orders[newest].Age {
					newest = i
				}
			}
			act([]int{newest})
		default:
			out.Outcome = OutcomeNoOpenOrder
		}
	}
	out.Intent, out.Rule, out.Because, out.Flags = r.intent, r.rule, r.because, r.flags
	out.Words = r.explain()
	return out
}

func (r *reading) refs() (out []string) {
	for _, i := range r.found {
		out = append(out, r.orders[i].Ref)
	}
	return out
}

// act gives the outcome for one order of the sender.
func (r *reading) act(i int) Outcome {
	o := &r.orders[i]
	confirm := r.intent == Confirm
	pick := func(yes, no Outcome) Outcome {
		if confirm {
			return yes
		}
		return no
	}
	switch o.State {
	case Confirmed:
		if confirm {
			return OutcomeAlreadyConfirmed
		}
		switch o.StoreStatus {
		case "fulfilled", "delivered", "refunded", "shipped":
			return OutcomeTooLateShipped
		}
		return OutcomeCancelAfterConfirm
	case Cancelled, Void:
		return pick(OutcomeTooLateCancelled, OutcomeAlreadyCancelled)
	case Shipped:
		return pick(OutcomeAlreadyConfirmed, OutcomeTooLateShipped)
	case Expired:
		if !confirm {
			return OutcomeCancelled
		}
		if waiting := r.config.Waiting; has(waiting, o.StoreStatus) || len(waiting) == 0 && o.StoreStatus == "waiting_for_approval" {
			return OutcomeConfirmedLate
		}
		return OutcomeTooLateExpired
	case Awaiting, PendingSend, Unreachable:
		return pick(OutcomeConfirmed, OutcomeCancelled)
	}
	return OutcomeAskIntent // a state we do not know is never written over
}

// explain says what every token was taken for.
func (r *reading) explain() []Word {
	out := make([]Word, len(r.toks))
	for i := range r.toks {
		t := &r.toks[i]
		w := Word{Text: t.s, Role: t.role}
		if t.role == RoleReference {
			w.Ref = r.orders[t.order].Ref
		}
		if w.Role == RolePlain {
			w.Role = t.roleOf()
		}
		if w.Role == RolePlain && r.rule == RuleDoubt && t.s == r.because {
			w.Role = RoleDoubt
		}
		out[i] = w
	}
	return out
}

func (t *token) roleOf() Role {
	if t.quiet {
		return RoleHarmless
	}
	for _, p := range [...]struct {
		c class
		r Role
	}{
		{strongConfirm, RoleConfirm}, {strongCancel, RoleCancel}, {weakConfirm, RoleWeakYes}, {weakCancel, RoleWeakNo}, {optOut, RoleOptOut},
		{negator, RoleNegation}, {denialVerb | orderVerb, RoleDenial}, {doubt, RoleDoubt}, {question, RoleQuestion}, {condition, RoleCondition}, {all, RoleAll},
	} {
		if t.class&p.c != 0 {
			return p.r
		}
	}
	return RolePlain
}
