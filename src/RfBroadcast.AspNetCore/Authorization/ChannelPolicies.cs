using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore;

/// <summary>Checks what a mapping requires, with the app's authorization services.</summary>
internal static class ChannelPolicies
{
    public static async ValueTask<bool> AreMetAsync(ChannelMapping mapping, ChannelAuthContext context)
    {
        var provider = context.Services.GetRequiredService<IAuthorizationPolicyProvider>();
        var policy = await AuthorizationPolicy.CombineAsync(provider, mapping.AuthorizeData, mapping.Policies).ConfigureAwait(false);
        if (policy is null)
        {
            return true;
        }

        var authorization = context.Services.GetRequiredService<IAuthorizationService>();
        return (await authorization.AuthorizeAsync(context.User, context, policy).ConfigureAwait(false)).Succeeded;
    }

    /// <summary>Finds a misspelt name while the app starts, where the policies are the ones in its options.</summary>
    public static void NeedPolicy(ChannelPattern pattern, string name, IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var isFixed = scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>().GetType() == typeof(DefaultAuthorizationPolicyProvider);
        if (isFixed && services.GetRequiredService<IOptions<AuthorizationOptions>>().Value.GetPolicy(name) is null)
        {
            throw new InvalidOperationException(
                $"The channel pattern \"{pattern.Text}\" requires the policy \"{name}\", which the app does not have. Add it in AddAuthorization(...).");
        }
    }
}
