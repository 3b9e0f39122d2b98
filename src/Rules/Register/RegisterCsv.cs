using System.Collections.Frozen;
using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>One thing wrong with a register file.</summary>
/// <param name="File">As given by the caller.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record RegisterFileError(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Either devices or what is wrong: a bad file is refused whole.</summary>
public sealed record RegisterFileResult(IReadOnlyList<DeviceRecord>? Devices, IReadOnlyList<RegisterFileError> Errors)
{
    public bool IsValid => Devices is not null;

    /// <summary>Registers every device; those known already get their new record.</summary>
    /// <param name="register">Where they go.</param>
    /// <param name="setPoints">What territories and owner units have; null for nothing.</param>
    public void AddTo(DeviceRegister register, SharedSetPoints? setPoints = null)
    {
        foreach (var device in Devices ?? throw new InvalidOperationException("The file was refused."))
        {
            register.Register(setPoints?.Apply(device) ?? device);
        }
    }
}

/// <summary>
/// The device register as a comma-separated file. The first row names the columns, in any order: <c>device</c>, <c>kind</c>, <c>gateway</c>
/// (several with ';', the main one first), and, where wanted, <c>territory</c> (codes from district to grid, joined by '/'),
/// <c>latitude</c> and <c>longitude</c> in degrees, <c>address</c>, <c>owner_unit</c>, <c>retired</c> (yes for a device that is no more) and one <c>set:NAME</c> for each set-point.
/// An empty field is a thing not known, never 0.
/// </summary>
public sealed class RegisterCsv(Catalog catalog)
{
    /// <summary>Errors told of one file; the rest would only repeat them.</summary>
    public const int MaximumErrors = 100;

    private const string SetPointPrefix = "set:";
    private static readonly string[] Required = ["device", "kind", "gateway"];
    private static readonly string[] Optional = ["territory", "latitude", "longitude", "address", "owner_unit", "retired"];

    /// <summary>Reads a whole file.</summary>
    /// <param name="reader">Read to its end.</param>
    /// <param name="file">What errors call it.</param>
    public RegisterFileResult Read(TextReader reader, string file)
    {
        var reading = new OneFile(catalog, new CsvRows(reader), file);
        if (reading.ReadHeader())
        {
            reading.ReadDevices();
        }

        return reading.Errors.Count > 0 ? new RegisterFileResult(null, reading.Errors) : new RegisterFileResult(reading.Devices, []);
    }

    /// <summary>One file on its way in.</summary>
    private sealed class OneFile(Catalog catalog, CsvRows rows, string file)
    {
        private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string[]> gatewayLists = new(StringComparer.Ordinal);
        private readonly Dictionary<(int Kind, string Device), int> firstLines = [];
        private readonly List<(int Column, string Name)> setPoints = [];
        private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);
        private int device, kind, gateway, territory, latitude, longitude, address, ownerUnit, retired;
        private bool isGood;

        public List<DeviceRecord> Devices { get; } = [];

        public List<RegisterFileError> Errors { get; } = [];

        public bool ReadHeader()
        {
            if (!rows.Read())
            {
                Errors.Add(new RegisterFileError(file, 1, 1, "The file is empty; its first row must name the columns."));
                return false;
            }

            if (rows.Error.Length > 0)
            {
                Errors.Add(new RegisterFileError(file, rows.ErrorLine, rows.ErrorColumn, rows.Error));
                return false;
            }

            for (var i = 0; i < rows.Fields.Count; i++)
            {
                ReadColumn(i, rows.Text(rows.Fields[i]).Trim('\uFEFF').ToString());
            }

            foreach (var name in Required.Where(name => !columns.ContainsKey(name)))
            {
                Errors.Add(new RegisterFileError(file, 1, 1, $"The column '{name}' is missing."));
            }

            (device, kind, gateway, territory) = (ColumnOf("device"), ColumnOf("kind"), ColumnOf("gateway"), ColumnOf("territory"));
            (latitude, longitude, address, ownerUnit, retired) =
                (ColumnOf("latitude"), ColumnOf("longitude"), ColumnOf("address"), ColumnOf("owner_unit"), ColumnOf("retired"));
            return Errors.Count == 0;
        }

        public void ReadDevices()
        {
            while (Errors.Count < MaximumErrors && rows.Read())
            {
                if (rows.Error.Length > 0)
                {
                    Errors.Add(new RegisterFileError(file, rows.ErrorLine, rows.ErrorColumn, rows.Error));
                }
                else if (rows.Fields.Count != columns.Count)
                {
                    Fail(rows.Fields[^1], $"The row has {rows.Fields.Count} fields, the header {columns.Count}.");
                }
                else
                {
                    ReadDevice();
                }
            }
        }

        private void ReadColumn(int index, string name)
        {
            var isSetPoint = name.StartsWith(SetPointPrefix, StringComparison.Ordinal);
            if (isSetPoint ? !DeviceRegister.IsValidName(name[SetPointPrefix.Length..]) : !Required.Contains(name) && !Optional.Contains(name))
            {
                Fail(rows.Fields[index], $"'{name}' is no column; there are {string.Join(", ", Required)}, {string.Join(", ", Optional)} and set:NAME.");
            }
            else if (!columns.TryAdd(name, index))
            {
                Fail(rows.Fields[index], $"The column '{name}' stands here twice.");
            }
            else if (isSetPoint)
            {
                setPoints.Add((index, name[SetPointPrefix.Length..]));
            }
        }

        private int ColumnOf(string name) => columns.GetValueOrDefault(name, -1);

        private void ReadDevice()
        {
            isGood = true;
            var name = Text(device).ToString();
            if (!DeviceRegister.IsValidName(name))
            {
                Fail(rows.Fields[device], $"'{name}' is not the name of a device: 1 to {DeviceRegister.MaximumNameBytes} of A-Z a-z 0-9 . _ -");
            }

            var kindIndex = ReadKind();
            var record = new DeviceRecord
            {
                Device = name,
                Kind = kindIndex,
                Gateways = ReadGateways(),
                Territory = Intern(territory),
                Latitude = ReadNumber(latitude, 90) ?? 0,
                Longitude = ReadNumber(longitude, 180) ?? 0,
                Address = Intern(address),
                OwnerUnit = Intern(ownerUnit),
                IsRetired = ReadRetired(),
            };
            if (Text(latitude).IsEmpty != Text(longitude).IsEmpty)
            {
                Fail(rows.Fields[Text(latitude).IsEmpty ? latitude : longitude], "A position needs both latitude and longitude.");
            }

            record = WithSetPoints(record);
            if (isGood && !firstLines.TryAdd((kindIndex, name), rows.Fields[device].Line))
            {
                Fail(rows.Fields[device], $"The device stands in line {firstLines[(kindIndex, name)]} already.");
            }

            if (isGood)
            {
                Devices.Add(record);
            }
        }

        private int ReadKind()
        {
            var index = catalog.FindKind(Intern(kind));
            if (index < 0)
            {
                Fail(rows.Fields[kind], $"'{Text(kind)}' is no kind; there are {string.Join(", ", catalog.Kinds.Select(known => known.Name))}.");
            }

            return index;
        }

        private string[] ReadGateways()
        {
            var text = Text(gateway);
            if (gatewayLists.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known))
            {
                return known;
            }

            var names = text.ToString().Split(';');
            foreach (var name in names.Where(name => !DeviceRegister.IsValidName(name)))
            {
                Fail(rows.Fields[gateway], $"'{name}' is not the name of a gateway: 1 to {DeviceRegister.MaximumNameBytes} of A-Z a-z 0-9 . _ -");
            }

            if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
            {
                Fail(rows.Fields[gateway], "The same gateway twice.");
            }

            if (isGood)
            {
                gatewayLists.Add(text.ToString(), names);
            }

            return names;
        }

        private bool ReadRetired()
        {
            var text = Text(retired);
            if (text is not ("" or "yes" or "no"))
            {
                Fail(rows.Fields[retired], $"'{text}' is neither yes nor no.");
            }

            return text is "yes";
        }

        private DeviceRecord WithSetPoints(DeviceRecord record)
        {
            Dictionary<string, double>? values = null;
            foreach (var (column, name) in setPoints)
            {
                if (ReadNumber(column, double.MaxValue) is { } value)
                {
                    (values ??= new Dictionary<string, double>(StringComparer.Ordinal)).Add(name, value);
                }
            }

            return values is null ? record : record with { SetPoints = values.ToFrozenDictionary(StringComparer.Ordinal) };
        }

        private double? ReadNumber(int column, double limit)
        {
            var text = Text(column);
            if (text.IsEmpty)
            {
                return null;
            }

            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= limit)
            {
                return number;
            }

            Fail(rows.Fields[column], limit < double.MaxValue ? $"'{text}' is not a number from -{limit} to {limit}." : $"'{text}' is not a finite number.");
            return null;
        }

        private ReadOnlySpan<char> Text(int column) => column < 0 ? default : rows.Text(rows.Fields[column]);

        /// <summary>The same text is kept once: a city has far fewer territories and owners than devices.</summary>
        private string Intern(int column)
        {
            var text = Text(column);
            var lookup = texts.GetAlternateLookup<ReadOnlySpan<char>>();
            if (!lookup.TryGetValue(text, out var kept))
            {
                kept = text.ToString();
                texts.Add(kept, kept);
            }

            return kept;
        }

        private void Fail(CsvField field, string message)
        {
            isGood = false;
            Errors.Add(new RegisterFileError(file, field.Line, field.Column, message));
        }
    }
}
