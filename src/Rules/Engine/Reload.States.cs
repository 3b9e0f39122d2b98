namespace PingAnIoT.Rules;

/// <content>The states of rules on series, alone or several of a device: those that there are, of the kinds whose rules changed.</content>
internal sealed partial class Reload
{
    private enum PieceOf
    {
        Series, Combined, Absence,
    }

    /// <summary>What may end or change, in the order in which it is told.</summary>
    /// <param name="Device">Whose it is.</param>
    /// <param name="Of">What it is.</param>
    /// <param name="Number">Among those of the device.</param>
    /// <param name="Index">Of the first of its states.</param>
    private readonly record struct Piece(int Device, PieceOf Of, int Number, int Index) : IComparable<Piece>
    {
        public int CompareTo(Piece other) => Device != other.Device ? Device.CompareTo(other.Device)
            : Of != other.Of ? Of.CompareTo(other.Of)
            : Number.CompareTo(other.Number);
    }

    private List<Piece> Pieces(bool withAbsences)
    {
        var pieces = new List<Piece>();
        for (int index = 1, length; index < Store.States.End; index += length)
        {
            length = 1;
            ref readonly var state = ref Store.States[index];
            if (state.Device == RuleStates.NoDevice || state.Place > 0)
            {
                continue;
            }

            var layout = Store.Devices[state.Device].Layout;
            length = state.Combined > 0 ? 1 : old.Find(layout, state.Quantity)!.Rules.Length;
            if (IsChanged(old.KindOf(layout)))
            {
                pieces.Add(state.Combined > 0
                    ? new Piece(state.Device, PieceOf.Combined, state.Combined - 1, index)
                    : new Piece(state.Device, PieceOf.Series, state.Quantity, index));
            }
        }

        if (withAbsences)
        {
            AddAbsences(pieces);
        }

        pieces.Sort();
        return pieces;
    }

    /// <summary>Under the rules that were in force until now: it still says what it rested on.</summary>
    private void CloseWhatGoes(List<Piece> pieces)
    {
        foreach (var piece in pieces)
        {
            var plan = old.Layouts[Store.Devices[piece.Device].Layout];
            switch (piece.Of)
            {
                case PieceOf.Series:
                    var rules = plan.Quantities[piece.Number]!.Rules;
                    for (var i = 0; i < rules.Length; i++)
                    {
                        Close(ref Store.States[piece.Index + i], steps[rules[i]]);
                    }

                    break;
                case PieceOf.Combined:
                    Close(ref Store.States[piece.Index], steps[plan.Combined[piece.Number].Rule]);
                    break;
                default:
                    Close(ref Store.Absences[piece.Index], steps[plan.Absents[piece.Number]]);
                    break;
            }
        }

        ClosePlaces();
    }

    private void CarryPieces(List<Piece> pieces)
    {
        foreach (var piece in pieces)
        {
            var before = old.OfKind(next.KindOf(Store.Devices[piece.Device].Layout));
            shard.Move(piece.Device);
            if (piece.Of == PieceOf.Series)
            {
                CarryStates(piece, before.Quantities[piece.Number]!);
            }
            else if (piece.Of == PieceOf.Combined)
            {
                CarryCombined(piece, steps[before.Combined[piece.Number].Rule]);
            }
        }
    }

    private void CarryStates(in Piece piece, QuantityPlan from)
    {
        int count = from.Rules.Length, first = piece.Index;
        var before = new RuleState[count];
        for (var i = 0; i < count; i++)
        {
            before[i] = Store.States[first + i];
        }

        ref var slot = ref Store.Devices[piece.Device];
        var to = next.Find(slot.Layout, (ushort)piece.Number);
        var isInPlace = to?.Rules.Length == count;
        if (!isInPlace)
        {
            Store.States.Return(first, count);
        }

        if (to is null)
        {
            return;
        }

        // A series whose rules now are all over several quantities has no states of its own.
        var target = to.Rules.Length == 0 ? 0 : isInPlace ? first : Store.States.Rent(piece.Device, to);
        var series = Store.Block(slot.Series + to.Offset);
        series.Head.States = target;
        for (var i = 0; isInPlace && i < count; i++)
        {
            Store.States[target + i] = RuleState.Normal(piece.Device, piece.Number, to.Rules[i]);
        }

        for (var i = 0; i < count; i++)
        {
            var step = steps[from.Rules[i]];
            if (step.To is not null)
            {
                var index = target + step.Place;
                Carry(before[i], step, series.Clock, index, isInPlace && step.Place == i);
            }
        }
    }

    private void CarryCombined(in Piece piece, RuleStep step)
    {
        if (step.To is null)
        {
            Store.States.Return(piece.Index, 1);
            return;
        }

        var slot = Store.Devices[piece.Device];
        var to = next.Layouts[slot.Layout].Combined[step.Place];
        var before = Store.States[piece.Index];
        Store.StateOf(ref slot, to) = piece.Index;
        Store.States[piece.Index] = RuleState.Normal(piece.Device, to.Rule.Rule.Quantity, to.Rule);
        Carry(before, step, shard.ClockOf(slot, to), piece.Index, isInPlace: true);
        Store.States[piece.Index].Combined = (ushort)(to.Index + 1);
    }

    /// <param name="state">As it was.</param>
    /// <param name="step">What becomes of its rule, which goes on.</param>
    /// <param name="clock">What it waits by.</param>
    /// <param name="index">Of a fresh state of that rule.</param>
    /// <param name="isInPlace">Whether it was there before: then the timer that is set for it means it still.</param>
    private void Carry(in RuleState state, RuleStep step, SeriesClock clock, int index, bool isInPlace)
    {
        ref var result = ref Store.States[index];
        if (!step.Keeps(state.Current))
        {
            result.LastChange = state.LastChange;
            return;
        }

        var to = step.To!;
        result = state;
        result.Armed = isInPlace ? state.Armed : Never.Micros;
        result.Current = (byte)step[state.Current];
        Latch.Drop(ref result);
        for (var b = 0; b < step.From.Bands.Length; b++)
        {
            // A sequence has one band: what waits goes on waiting, whatever its colour is now, for its first does not come again.
            var band = step.From.Rule.IsSequence() ? b : step[b];
            if (band < to.Bands.Length && b < state.Current == band < result.Current)
            {
                result.Since[band] = state.Since[b];
                result.HasPending |= state.Since[b] != Never.Micros;
            }
        }

        shard.Arm(ref result, index, to, clock);
    }

    private void Close(ref RuleState state, RuleStep step)
    {
        int from = state.Current, normal = step.From.Bands.Length;
        if (from == normal || step.Keeps(from))
        {
            return;
        }

        state.Current = (byte)normal;
        Count(step.From.Rule.Id);
        shard.Write(ref state, step.From, from, Now(state.LastChange), Now(state.LastChange));

        // What is left of it is when that was; what a sequence showed is over, what it knows is not.
        state = RuleState.Normal(state.Device, state.Quantity, step.From) with
        {
            LastChange = state.LastChange, Combined = state.Combined, Place = state.Place,
            Sequence = SequenceState.Nothing with { First = state.Sequence.First },
        };
    }
}
