namespace PingAnIoT.Rules;

/// <content>The place of a rule that votes over devices.</content>
internal sealed partial class RuleReader
{
    public static readonly string[] Places = ["grid", "community", "street", "district"];

    private Place ReadPlace(RuleFields fields, Window? window)
    {
        if (window is { Function: not WindowFunction.Votes })
        {
            if (fields.Key("place") is { } meaningless)
            {
                errors.Add(meaningless, "'place' without votes; expected none: other windows are over one device");
            }

            return Place.None;
        }

        if (window is null || fields.RequiredText("place", "one of " + string.Join(", ", Places)) is not { } text)
        {
            return Place.None;
        }

        var at = Array.IndexOf(Places, text.Text);
        if (at < 0)
        {
            errors.Add(text, $"'place' is {text.Describe()}; {ErrorText.Expected(text.Text, Places)}");
            return Place.None;
        }

        var place = (Place)((int)Place.Grid - at);
        if (place != Place.Grid && shards > 1)
        {
            errors.Add(text, $"'place' is {text.Describe()} on a server of {shards} shards; expected grid, or one shard: no shard has more than whole grids");
        }

        return place;
    }
}
