using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>The policy in force, and what is wrong with one that might be.</summary>
public sealed class PolicyService(Ledger ledger, TimeProvider time) : V1.PolicyService.PolicyServiceBase
{
    public override Task<V1.GetPolicyResponse> GetPolicy(V1.GetPolicyRequest request, ServerCallContext context)
    {
        var policy = ledger.Policy;
        return Task.FromResult(new V1.GetPolicyResponse
        {
            Text = policy.Text, File = policy.FileName, Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(policy.Text))),
        });
    }

    public override Task<V1.CheckPolicyResponse> CheckPolicy(V1.CheckPolicyRequest request, ServerCallContext context)
    {
        var response = new V1.CheckPolicyResponse();
        var (policy, errors) = PolicyFile.Parse(request.Text, "text");
        response.Errors.AddRange(errors.Select(e => new V1.PolicyError { Line = e.Line, Column = e.Column, Message = e.Message }));
        response.Remarks.AddRange(policy?.Remarks(time.GetUtcNow()) ?? []);
        return Task.FromResult(response);
    }
}
