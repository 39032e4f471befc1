<#-- One line a library: licences, name, coordinates, address. -->
Libraries in lib/, each with the licences that its authors state.
Where there are several, SplitGym takes the first whose text is in this folder. Many jars hold their
own text and notices under META-INF too. NATIVE.txt tells what is within machine code.

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
<#assign licenses = entry.getValue()/>
${project.groupId}:${project.artifactId}:${project.version}
    ${project.name!project.artifactId}
    ${project.url!"no address is stated"}
    <#list licenses as license>${license}<#sep>; </#list>
</#list>
